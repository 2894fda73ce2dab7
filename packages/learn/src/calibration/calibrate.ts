import { sigmoid } from "../arithmetic/exponential.js";
import type { Calibration, OutputSpace } from "../model/model.js";
import { isotonicAt } from "./isotonic.js";

/**
 * What is calibrated, [class][row]: the raw outputs, in the space `probability` the shares; of two classes the second's
 * alone.
 */
export function calibrationScores(space: OutputSpace, raw: readonly Float64Array[]): readonly Float64Array[] {
  return space === "probability" && raw.length === 2 ? [raw[1]] : raw;
}

/** Calibrated probabilities, [class][row]; each row sums to 1. */
export function calibratedProbability(
  calibration: Calibration,
  space: OutputSpace,
  raw: readonly Float64Array[],
): Float64Array[] {
  const scores = calibrationScores(space, raw);
  const own = scores.map((values, place) => values.map(curveOf(calibration, place)));
  if (own.length === 1) return [complement(calibration, scores[0], own[0]), own[0]];
  const rows = own[0].length;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (const values of own) sum += values[row];
    // Where no class has any probability, none is likelier than the others.
    for (const values of own) values[row] = sum > 0 ? values[row] / sum : 1 / own.length;
  }
  return own;
}

function curveOf(calibration: Calibration, place: number): (score: number) => number {
  if (calibration.kind === "isotonic") {
    const curve = calibration.byClass[place];
    return (score) => isotonicAt(curve, score);
  }
  const { slope, intercept } = calibration.byClass[place];
  return (score) => sigmoid(slope * score + intercept);
}

/** Of a sigmoid not `1 - second`, which would lose the small probabilities of the first class. */
function complement(calibration: Calibration, scores: Float64Array, second: Float64Array): Float64Array {
  if (calibration.kind === "isotonic") return second.map((value) => 1 - value);
  const [{ slope, intercept }] = calibration.byClass;
  return scores.map((score) => sigmoid(-(slope * score + intercept)));
}
