import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { binOf, collectDistinct, type DistinctValues, quantileCuts } from "./cuts.js";

/** Most bins of a feature, the one for missing values included: a bin fits a byte with room for later use. */
export const MAX_BINS = 255;

/**
 * A feature matrix as bytes, column-major, four features a word: feature `f` is byte `f % 4` of
 * `words[(f >> 2) * rowCount + row]`, so that one load serves four histograms.
 */
export interface BinnedMatrix {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly words: Int32Array;
  /** Bin `b` of a feature holds `cuts[b - 1] < value <= cuts[b]`: a decision on bins is the same decision on raw doubles. */
  readonly cutsByFeature: readonly Float64Array[];
  /** Bins of values, at least 1. The missing bin is the one behind them, also where nothing is missing. */
  readonly valueBinsByFeature: Int32Array;
  /** First bin of a feature in a histogram of all; the last entry is the number of all bins. */
  readonly binOffsetByFeature: Int32Array;
}

/**
 * Cuts each column at its quantiles and replaces values by bins. Deterministic; O(rows · log rows) a column; needs
 * rows · columns bytes and scratch for one column.
 *
 * @param bins  most bins of a feature with the one for missing values, 2 … 255
 * @throws LEARN_FEATURE_NOT_FINITE
 */
export function binMatrix(matrix: FeatureMatrix, bins: number): BinnedMatrix {
  const { rowCount, columns } = matrix;
  const featureCount = columns.length;
  const words = new Int32Array(rowCount * Math.ceil(featureCount / 4));
  const valueBinsByFeature = new Int32Array(featureCount);
  const binOffsetByFeature = new Int32Array(featureCount + 1);
  const cutsByFeature: Float64Array[] = [];
  const sorted = new Float64Array(rowCount);
  const distinct: DistinctValues = { values: new Float64Array(rowCount), counts: new Int32Array(rowCount), length: 0 };
  for (let feature = 0; feature < featureCount; feature++) {
    const count = sortPresent(columns[feature], sorted);
    if (count > 0 && (sorted[0] === -Infinity || sorted[count - 1] === Infinity)) {
      throw errors.FEATURE_NOT_FINITE({ feature: matrix.names[feature] ?? String(feature) });
    }
    collectDistinct(sorted, count, distinct);
    const cuts = quantileCuts(distinct, bins - 1);
    cutsByFeature.push(cuts);
    valueBinsByFeature[feature] = cuts.length + 1;
    binOffsetByFeature[feature + 1] = binOffsetByFeature[feature] + cuts.length + 2;
    writeBins(
      columns[feature],
      cuts,
      words.subarray((feature >> 2) * rowCount, ((feature >> 2) + 1) * rowCount),
      (feature & 3) * 8,
    );
  }
  return { rowCount, featureCount, words, cutsByFeature, valueBinsByFeature, binOffsetByFeature };
}

/** Copies the values that are not NaN to the front of `sorted`, ascending; returns how many. */
function sortPresent(values: Float64Array, sorted: Float64Array): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isNaN(value)) sorted[count++] = value;
  }
  sorted.subarray(0, count).sort();
  return count;
}

function writeBins(values: Float64Array, cuts: Float64Array, words: Int32Array, shift: number): void {
  const missing = cuts.length + 1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    words[row] |= (Number.isNaN(value) ? missing : binOf(value, cuts)) << shift;
  }
}
