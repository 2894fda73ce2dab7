import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { checkMatrix } from "../model/check-data.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import type { FittedModel, TreeEnsemble } from "../model/model.js";
import { createRandom, type Random } from "../random/random.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { predictEnsemble } from "../trees/predict.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { alertThreshold } from "./alert-threshold.js";
import { IsolationTreeGrower } from "./isolation-tree.js";
import { anomalyScores } from "./path-length.js";

/**
 * Isolation forest with scikit-learn's definitions: each tree isolates `rowsPerTree` distinct rows (all, where there are
 * fewer) by random thresholds on random features that vary, to depth ⌈log2 rowsPerTree⌉; a leaf of n rows counts c(n)
 * further splits. The ensemble's output is the mean path length.
 *
 * A missing value follows a side that is drawn once per split, with the odds of the rows that have the value there: so
 * a missing value by itself does not make a row odd. That a value is missing never makes a split.
 *
 * @throws LEARN_NOTHING_VARIES when every feature has one value
 * @see Liu, Ting, Zhou 2008
 */
export function fitIsolationForest(
  data: TrainingData,
  parameters: ParametersOf<"isolationForest">,
  options: FitOptions,
): FittedModel {
  const { matrix } = data;
  checkMatrix(matrix);
  if (matrix.rowCount < 2) throw errors.TOO_FEW_ROWS({ rows: matrix.rowCount, needed: 2 });
  checkColumns(matrix);
  const rowsPerTree = Math.min(parameters.rowsPerTree, matrix.rowCount);
  const trees = growTrees(matrix, rowsPerTree, parameters.trees, options);
  const scores = (): Float64Array => anomalyScores(predictEnsemble(trees, matrix)[0], rowsPerTree);
  return {
    learner: "isolationForest",
    parameters,
    trees,
    space: "pathLength",
    classes: null,
    isolation: { rowsPerTree, alertThreshold: alertThreshold(scores, parameters) },
    linear: null,
  };
}

function growTrees(matrix: FeatureMatrix, rowsPerTree: number, treeCount: number, options: FitOptions): TreeEnsemble {
  const builder = new EnsembleBuilder(matrix.columns.length, new Float64Array(1), 1);
  const depthLimit = 32 - Math.clz32(rowsPerTree - 1);
  const grower = new IsolationTreeGrower(matrix.columns, rowsPerTree, depthLimit, treeCount);
  const random = createRandom(options.seed ?? 0);
  const pick = createSubSampler(matrix.rowCount, rowsPerTree);
  for (let tree = 0; tree < treeCount; tree++) {
    const treeRandom = random.fork(tree);
    grower.grow(builder, pick(treeRandom), treeRandom);
    options.onProgress?.(tree + 1, treeCount);
    if (options.shouldStop?.() === true) throw errors.FIT_STOPPED({ done: tree + 1, total: treeCount });
  }
  return builder.finish();
}

/**
 * Draws distinct rows: Floyd's algorithm, whose cost is that of the sample, not of the rows.
 *
 * @see Bentley, Floyd 1987, Programming Pearls: a sample of brilliance
 */
function createSubSampler(rowCount: number, count: number): (random: Random) => Int32Array {
  const drawn = new Uint8Array(rowCount);
  const rows = new Int32Array(count);
  return (random) => {
    for (let position = 0; position < count; position++) {
      const last = rowCount - count + position;
      const row = random.integer(last + 1);
      rows[position] = drawn[row] === 0 ? row : last;
      drawn[rows[position]] = 1;
    }
    for (const row of rows) drawn[row] = 0;
    return rows;
  };
}

function checkColumns(matrix: FeatureMatrix): void {
  let varies = false;
  for (const [column, values] of matrix.columns.entries()) {
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0; row < values.length; row++) {
      if (values[row] < low) low = values[row];
      if (values[row] > high) high = values[row];
    }
    if (low === -Infinity || (high === Infinity && low <= high)) {
      throw errors.FEATURE_NOT_FINITE({ feature: matrix.names[column] ?? String(column) });
    }
    if (low < high) varies = true;
  }
  if (!varies) throw errors.NOTHING_VARIES({ features: matrix.columns.length });
}
