import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { WeighedRows } from "../model/check-data.js";

/** The rows that count, each column with mean 0 and standard deviation 1, missing values at the mean. */
export interface Standardised {
  readonly rowCount: number;
  /** [column][row]; a constant column is all 0. */
  readonly columns: readonly Float64Array[];
  /** By column, in the column's own unit. */
  readonly mean: Float64Array;
  /** By column: what a standardised weight is divided by for the column's own unit; 0 where the column is constant. */
  readonly deviation: Float64Array;
  /** By row; null: all weigh 1. */
  readonly weights: Float64Array | null;
  readonly weightSum: number;
}

/** @throws LEARN_FEATURE_NOT_FINITE */
export function standardise(matrix: FeatureMatrix, { rows, weights }: WeighedRows): Standardised {
  const own = weights === null ? null : Float64Array.from(rows, (row) => weights[row]);
  const mean = new Float64Array(matrix.columns.length);
  const deviation = new Float64Array(matrix.columns.length);
  const columns = matrix.columns.map((values, column) => {
    const scaled = Float64Array.from(rows, (row) => values[row]);
    const scale = largestOf(scaled, matrix.names[column] ?? String(column));
    // Divided by the largest first: squares of 1e300 would leave the doubles.
    for (let row = 0; row < scaled.length; row++) scaled[row] /= scale;
    const centre = weightedMean(scaled, own);
    for (let row = 0; row < scaled.length; row++) scaled[row] = Number.isNaN(scaled[row]) ? 0 : scaled[row] - centre;
    const spread = Math.sqrt(weightedSquares(scaled, own) / sumOf(own, scaled.length));
    // What rounding alone spreads is constant.
    const isConstant = !(spread > 1e-14 * Math.abs(centre)) || spread === 0;
    if (isConstant) scaled.fill(0);
    else for (let row = 0; row < scaled.length; row++) scaled[row] /= spread;
    mean[column] = centre * scale;
    deviation[column] = isConstant ? 0 : spread * scale;
    return scaled;
  });
  return { rowCount: rows.length, columns, mean, deviation, weights: own, weightSum: sumOf(own, rows.length) };
}

function largestOf(values: Float64Array, feature: string): number {
  let largest = 0;
  for (let row = 0; row < values.length; row++) {
    const size = Math.abs(values[row]);
    if (size === Number.POSITIVE_INFINITY) throw errors.FEATURE_NOT_FINITE({ feature });
    if (size > largest) largest = size;
  }
  return largest === 0 ? 1 : largest;
}

/** Of the values that are not missing; 0 when all are. */
function weightedMean(values: Float64Array, weights: Float64Array | null): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const weight = weights === null ? 1 : weights[row];
    sum += weight * values[row];
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

function weightedSquares(values: Float64Array, weights: Float64Array | null): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += (weights === null ? 1 : weights[row]) * values[row] * values[row];
  return sum;
}

function sumOf(weights: Float64Array | null, rows: number): number {
  return weights === null ? rows : weights.reduce((sum, weight) => sum + weight, 0);
}
