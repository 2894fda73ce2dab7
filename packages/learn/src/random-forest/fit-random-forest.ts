import type { binMatrix } from "../binning/binned-matrix.js";
import { errors } from "../errors.js";
import { checkMatrix, weighedRows } from "../model/check-data.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import type { FittedModel } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { setCovers } from "../trees/leaf-covers.js";
import { TreeGrower } from "../trees/tree-grower.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { drawBootstrap } from "./bootstrap.js";
import { createCriterion } from "./forest-criterion.js";

/** Gains below this share of the loss at the root are rounding. */
const NOISE = 1e-13;

/**
 * Random forest: each tree learns from a bootstrap of the rows, each split looks at a share of the features. A number's
 * leaf holds its mean, a class leaf the share of each class; a tree of a class forest adds to every output. Trees are
 * grown on binned features, so thresholds lie between quantiles.
 *
 * @see Breiman 2001
 */
export function fitRandomForest(
  data: TrainingData,
  parameters: ParametersOf<"randomForest">,
  options: FitOptions,
  bin: typeof binMatrix,
): FittedModel {
  const { matrix, target } = data;
  checkMatrix(matrix);
  if (target === null) throw errors.TARGET_MISSING({ learner: "randomForest" });
  const weighed = weighedRows(data);
  const criterion = createCriterion(target, matrix.rowCount, weighed, parameters);
  const featureCount = matrix.columns.length;
  const grower = new TreeGrower(bin(matrix, parameters.bins), criterion.statistics, {
    leaves: 0,
    depth: parameters.depth,
    minLeafRows: parameters.minLeafRows,
    minGain: 0,
    featuresPerSplit: Math.max(1, Math.round(parameters.featureShare * featureCount)),
  });
  const isClass = target.kind === "class";
  const builder = new EnsembleBuilder(featureCount, criterion.base, isClass ? criterion.base.length : 1);
  const features = Int32Array.from({ length: featureCount }, (_, feature) => feature);
  const draws = new Float64Array(matrix.rowCount);
  const rows = new Int32Array(weighed.rows.length);
  const random = createRandom(options.seed ?? 0);
  for (let tree = 0; tree < parameters.trees; tree++) {
    const treeRandom = random.fork(tree);
    const rowCount = drawBootstrap(weighed.rows, treeRandom, draws, rows);
    const noise = NOISE * criterion.startTree(rows, rowCount, draws);
    const root = builder.startTree(isClass ? -1 : 0);
    grower.grow(builder, root, { rows, rowCount, features, random: treeRandom, noise });
    setCovers(builder, grower.leaves, rows, draws);
    criterion.setLeafValues(builder, grower.leaves);
    options.onProgress?.(tree + 1, parameters.trees);
    if (options.shouldStop?.() === true) throw errors.FIT_STOPPED({ done: tree + 1, total: parameters.trees });
  }
  return {
    learner: "randomForest",
    parameters,
    trees: builder.finish(),
    space: criterion.space,
    classes: isClass ? target.classes : null,
    isolation: null,
    linear: null,
  };
}
