import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel, LinearPart } from "../model/model.js";
import { checkFeatureCount } from "../trees/predict.js";
import { valueForTrees } from "../trees/route.js";
import { TreeShap } from "./tree-shap.js";

/** Effects of the features of rows: for each row and output `base[output] + Σ effects = raw output`. */
export interface Explanation {
  /** [output]: the model's expected output over its training rows. */
  readonly base: Float64Array;
  /** [row][output][matrix column], row-major, in the model's raw space. */
  readonly effects: Float64Array;
  readonly rowCount: number;
  readonly outputCount: number;
  readonly columnCount: number;
}

/**
 * Exact path-dependent SHAP values of a model, in its raw space (log-odds for two boosted classes, log(1 + value) where
 * fitted so, path length for an isolation forest, …).
 *
 * Cost: O(trees · leaves · depth²) a row; scratch O(depth²). Pure.
 *
 * @throws LEARN_FEATURE_COUNT_MISMATCH
 * @see Lundberg et al. 2020, Nature Machine Intelligence 2, algorithm 2 · goldens/tree-shap-xgboost
 */
export function explainRaw(model: FittedModel, matrix: FeatureMatrix): Explanation {
  const { featureCount, outputCount } = model.trees;
  checkFeatureCount(model.trees, matrix.columns.length);
  const shap = new TreeShap(model.trees);
  const stride = featureCount * outputCount;
  const effects = new Float64Array(matrix.rowCount * stride);
  const values = new Float64Array(featureCount);
  for (let row = 0; row < matrix.rowCount; row++) {
    for (let feature = 0; feature < featureCount; feature++)
      values[feature] = valueForTrees(model.trees, feature, matrix.columns[feature][row]);
    shap.explain(values, effects, row * stride);
  }
  const explanation = { base: shap.base, effects, rowCount: matrix.rowCount, outputCount, columnCount: featureCount };
  if (model.linear !== null) addLinear(model.linear, matrix, explanation);
  return explanation;
}

/** The effects of a weighted sum are weight · (value - mean), whatever the order of the columns. */
function addLinear(
  { weights, mean, fill }: LinearPart,
  matrix: FeatureMatrix,
  { base, effects, outputCount, columnCount }: Explanation,
): void {
  for (let output = 0; output < outputCount; output++) {
    for (let column = 0; column < columnCount; column++) {
      const weight = weights[output * columnCount + column];
      base[output] += weight * mean[column];
      const values = matrix.columns[column];
      for (let row = 0; row < matrix.rowCount; row++) {
        const value = Number.isNaN(values[row]) ? fill[column] : values[row];
        effects[(row * outputCount + output) * columnCount + column] += weight * (value - mean[column]);
      }
    }
  }
}
