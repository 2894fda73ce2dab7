import { exp2 } from "../arithmetic/exponential.js";
import { log } from "../arithmetic/logarithm.js";

const EULER = 0.577_215_664_901_532_9;

/**
 * Mean number of splits that isolate a row among `rows` random ones: c(n) of the paper, with scikit-learn's values for
 * n ≤ 2.
 *
 * @see Liu, Ting, Zhou 2008, equation 1
 */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

/** Score in (0, 1] of a mean path length: near 1 an anomaly, about 0.5 an ordinary row, lower a row in a crowd. */
export function anomalyScore(pathLength: number, rowsPerTree: number): number {
  return exp2(-pathLength / averagePathLength(rowsPerTree));
}

/** As `anomalyScore`, of many rows. */
export function anomalyScores(pathLengths: Float64Array, rowsPerTree: number): Float64Array {
  const average = averagePathLength(rowsPerTree);
  return pathLengths.map((length) => exp2(-length / average));
}
