import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel, LinearPart } from "../model/model.js";
import { checkFeatureCount } from "../trees/predict.js";
import { EnsembleExplainer } from "./prepare-explainer.js";
import { prepareRowExplainer } from "./row-explainer.js";

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

/** A model that explains: what depends on the model alone is made once. */
export interface Explainer {
  /**
   * Effects on rows. Rows that are one part of several give the same bits whatever the parts are when `rowsInAll` says how
   * many there are together: few rows are computed otherwise than many, and may differ in the last bits.
   *
   * @throws LEARN_FEATURE_COUNT_MISMATCH
   */
  explain(matrix: FeatureMatrix, rowsInAll?: number): Explanation;
}

/**
 * Exact path-dependent SHAP values of a model, in its raw space (log-odds for two boosted classes, log(1 + value) where
 * fitted so, path length for an isolation forest, …).
 *
 * Trees up to about depth 7 are looked up in tables where the rows are many: O(splits + leaves) a row. All others cost
 * O(nodes · features on a path) a row, by Gauss–Legendre quadrature, which is exact for these polynomials.
 *
 * @see Yu et al. 2022, Linear TreeShap; Yang 2022, Fast TreeSHAP · goldens/tree-shap-*
 */
export function prepareExplainer({ trees, linear }: FittedModel): Explainer {
  const explainer = new EnsembleExplainer(trees);
  const { featureCount: columnCount, outputCount } = trees;
  return {
    explain(matrix, rowsInAll = matrix.rowCount) {
      const { rowCount, columns } = matrix;
      checkFeatureCount(trees, columns.length);
      const effects = new Float64Array(rowCount * columnCount * outputCount);
      explainer.explain(columns, rowCount, rowsInAll, effects);
      const explanation = { base: explainer.base.slice(), effects, rowCount, outputCount, columnCount };
      if (linear !== null) addLinear(linear, matrix, explanation);
      return explanation;
    },
  };
}

/** Effects of the features on one row: one number per matrix column, NaN = missing. */
export type ExplainRow = (row: Float64Array) => Explanation;

/**
 * As `prepareExplainer`, for one row at a time, at about a fifth of the cost for a shallow ensemble: the same bits as of
 * `explain(matrix, Infinity)`. It is made ready in steps of about a millisecond, one or two a tree, so that whoever has to
 * answer meanwhile can. Memory: 8 bytes a number of the tables, 64 MiB at most.
 *
 * @throws LEARN_FEATURE_COUNT_MISMATCH by what it returns
 */
export function* prepareRowExplanations({ trees, linear }: FittedModel): Generator<void, ExplainRow> {
  const explainer = yield* prepareRowExplainer(trees);
  const { featureCount: columnCount, outputCount } = trees;
  return (row) => {
    checkFeatureCount(trees, row.length);
    const effects = new Float64Array(columnCount * outputCount);
    explainer.explain(row, effects);
    const explanation = { base: explainer.base.slice(), effects, rowCount: 1, outputCount, columnCount };
    if (linear !== null) addLinear(linear, lineOf(row), explanation);
    return explanation;
  };
}

function lineOf(row: Float64Array): Pick<FeatureMatrix, "rowCount" | "columns"> {
  return { rowCount: 1, columns: Array.from(row, (value) => Float64Array.of(value)) };
}

/** `prepareExplainer` for one use. */
export function explainRaw(model: FittedModel, matrix: FeatureMatrix, rowsInAll?: number): Explanation {
  return prepareExplainer(model).explain(matrix, rowsInAll);
}

/** The effects of a weighted sum are weight · (value - mean), whatever the order of the columns. */
function addLinear(
  { weights, mean, fill }: LinearPart,
  matrix: Pick<FeatureMatrix, "rowCount" | "columns">,
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
