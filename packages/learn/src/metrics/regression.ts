/** One true and one predicted value per row; at least one row. */
type Errors = (truth: Float64Array, predicted: Float64Array) => number;

export const rmse: Errors = (truth, predicted) => Math.sqrt(squaredError(truth, predicted) / truth.length);

export const mae: Errors = (truth, predicted) => {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) sum += Math.abs(truth[row] - predicted[row]);
  return sum / truth.length;
};

/** A constant truth has no variance to explain: then 1 when every row is right, else 0. Needs two rows. */
export const r2: Errors = (truth, predicted) => {
  const error = squaredError(truth, predicted);
  if (truth.every((value) => value === truth[0])) return error === 0 ? 1 : 0;
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const variance = truth.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return 1 - error / variance;
};

export const mape: Errors = (truth, predicted) => {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    sum += Math.abs(truth[row] - predicted[row]) / Math.max(Math.abs(truth[row]), Number.EPSILON);
  }
  return sum / truth.length;
};

export const medianAbsoluteError: Errors = (truth, predicted) => {
  const sorted = truth.map((value, row) => Math.abs(value - predicted[row])).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function squaredError(truth: Float64Array, predicted: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const error = truth[row] - predicted[row];
    sum += error * error;
  }
  return sum;
}
