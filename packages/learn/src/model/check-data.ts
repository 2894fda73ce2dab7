import { log1p } from "../arithmetic/logarithm.js";
import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { TrainingData } from "./fit-options.js";
import type { Target } from "./model.js";

/** Squares of larger numbers, summed over many rows, leave the doubles. */
const LARGEST_TARGET = 1e100;

/** Rows that count (ascending) and their weights: null when all weigh 1. */
export interface WeighedRows {
  readonly rows: Int32Array;
  readonly weights: Float64Array | null;
}

/** Throws unless the columns of a matrix have its row count and there is something to learn from. */
export function checkMatrix(matrix: FeatureMatrix): void {
  if (matrix.columns.length === 0) throw errors.NO_FEATURES({});
  if (matrix.rowCount === 0) throw errors.TOO_FEW_ROWS({ rows: 0, needed: 1 });
  for (const [column, values] of matrix.columns.entries()) {
    if (values.length === matrix.rowCount) continue;
    throw errors.ROW_COUNTS_DIFFER({
      what: `feature "${matrix.names[column] ?? column}"`,
      rows: values.length,
      expected: matrix.rowCount,
    });
  }
}

/** The target as numbers on the fitted scale. */
export function fittedValues(target: Target, rowCount: number, fitOn: "value" | "log1p"): Float64Array {
  if (target.kind !== "number") throw errors.TARGET_KIND({ expected: "number", got: target.kind });
  if (target.values.length !== rowCount) {
    throw errors.ROW_COUNTS_DIFFER({ what: "target", rows: target.values.length, expected: rowCount });
  }
  const values = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const value = target.values[row];
    if (!Number.isFinite(value)) throw errors.TARGET_NOT_FINITE({ row, value: String(value) });
    if (Math.abs(value) > LARGEST_TARGET) throw errors.TARGET_TOO_LARGE({ row, value, largest: LARGEST_TARGET });
    if (fitOn === "log1p" && value <= -1) throw errors.TARGET_BELOW_LOG({ row, value });
    values[row] = fitOn === "log1p" ? log1p(value) : value;
  }
  return values;
}

/** The codes of a class target, each within its classes. */
export function checkedCodes(target: Target, rowCount: number): { codes: Int32Array; classes: readonly string[] } {
  if (target.kind !== "class") throw errors.TARGET_KIND({ expected: "class", got: target.kind });
  const { codes, classes } = target;
  if (codes.length !== rowCount) throw errors.ROW_COUNTS_DIFFER({ what: "target", rows: codes.length, expected: rowCount });
  for (let row = 0; row < rowCount; row++) {
    if (codes[row] < 0 || codes[row] >= classes.length) {
      throw errors.TARGET_CLASS_UNKNOWN({ row, code: codes[row], classes: classes.length });
    }
  }
  return { codes, classes };
}

/** Rows with a weight above 0. Weights that are all 1 are as good as none, and cheaper. */
export function weighedRows(data: TrainingData): WeighedRows {
  const { rowCount } = data.matrix;
  const { weights } = data;
  const rows = new Int32Array(rowCount);
  if (weights === undefined) {
    for (let row = 0; row < rowCount; row++) rows[row] = row;
    return { rows, weights: null };
  }
  if (weights.length !== rowCount) throw errors.ROW_COUNTS_DIFFER({ what: "weights", rows: weights.length, expected: rowCount });
  let count = 0;
  let isPlain = true;
  for (let row = 0; row < rowCount; row++) {
    const weight = weights[row];
    if (!(weight >= 0 && weight <= LARGEST_TARGET)) throw errors.WEIGHT_INVALID({ row, weight: String(weight) });
    if (weight > 0) rows[count++] = row;
    if (weight !== 0 && weight !== 1) isPlain = false;
  }
  if (count === 0) throw errors.WEIGHTS_ALL_ZERO({ rows: rowCount });
  return { rows: rows.slice(0, count), weights: isPlain ? null : weights };
}

/** Weight of each class among the rows; throws unless two classes occur. */
export function classWeights(codes: Int32Array, classes: readonly string[], weighed: WeighedRows): Float64Array {
  const sums = new Float64Array(classes.length);
  for (const row of weighed.rows) sums[codes[row]] += weighed.weights === null ? 1 : weighed.weights[row];
  const present = classes.filter((_, code) => sums[code] > 0);
  if (present.length < 2) throw errors.TARGET_ONE_CLASS({ class: present[0] ?? "" });
  return sums;
}

/** Weight of each row times the factor that makes all classes weigh the same; the mean factor is 1 (scikit-learn's "balanced"). */
export function balancedWeights(codes: Int32Array, { weights }: WeighedRows, weightByClass: Float64Array): Float64Array {
  let sum = 0;
  let present = 0;
  for (const weight of weightByClass) {
    sum += weight;
    if (weight > 0) present++;
  }
  const factors = weightByClass.map((weight) => (weight > 0 ? sum / (present * weight) : 0));
  return Float64Array.from(codes, (code, row) => factors[code] * (weights === null ? 1 : weights[row]));
}
