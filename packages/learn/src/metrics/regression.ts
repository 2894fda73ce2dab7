import { ascendingOrder } from "../order/ascending-order.js";

/** One true and one predicted value per row, at least one row; weights are not negative and not all 0, null: all alike. */
type Errors = (truth: Float64Array, predicted: Float64Array, weights: Float64Array | null) => number;

export const rmse: Errors = (truth, predicted, weights) =>
  Math.sqrt(squaredError(truth, predicted, weights) / weightSum(truth.length, weights));

export const mae: Errors = (truth, predicted, weights) => {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) sum += weightOf(weights, row) * Math.abs(truth[row] - predicted[row]);
  return sum / weightSum(truth.length, weights);
};

/** A constant truth has no variance to explain: then 1 when every row is right, else 0. Needs two rows. */
export const r2: Errors = (truth, predicted, weights) => {
  const error = squaredError(truth, predicted, weights);
  if (truth.every((value) => value === truth[0])) return error === 0 ? 1 : 0;
  let mean = 0;
  for (let row = 0; row < truth.length; row++) mean += weightOf(weights, row) * truth[row];
  mean /= weightSum(truth.length, weights);
  let variance = 0;
  for (let row = 0; row < truth.length; row++) variance += weightOf(weights, row) * (truth[row] - mean) * (truth[row] - mean);
  // Weights of zero may leave one value, too.
  if (variance === 0) return error === 0 ? 1 : 0;
  return 1 - error / variance;
};

export const mape: Errors = (truth, predicted, weights) => {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const error = Math.abs(truth[row] - predicted[row]) / Math.max(Math.abs(truth[row]), Number.EPSILON);
    sum += weightOf(weights, row) * error;
  }
  return sum / weightSum(truth.length, weights);
};

/** With weights: the mean of the lowest errors at which half of the weight is reached, and passed. */
export const medianAbsoluteError: Errors = (truth, predicted, weights) => {
  const errors = truth.map((value, row) => Math.abs(value - predicted[row]));
  const order = ascendingOrder(errors);
  const half = weightSum(truth.length, weights) / 2;
  let below = 0;
  for (let place = 0; place < order.length; place++) {
    below += weightOf(weights, order[place]);
    if (below < half) continue;
    const next = below > half ? place : nextWeighed(order, place, weights);
    return (errors[order[place]] + errors[order[next]]) / 2;
  }
  return errors[order[order.length - 1]];
};

function nextWeighed(order: Uint32Array, place: number, weights: Float64Array | null): number {
  let next = Math.min(place + 1, order.length - 1);
  while (next < order.length - 1 && weightOf(weights, order[next]) === 0) next++;
  return next;
}

export function weightOf(weights: Float64Array | null, row: number): number {
  return weights === null ? 1 : weights[row];
}

export function weightSum(rows: number, weights: Float64Array | null): number {
  return weights === null ? rows : weights.reduce((sum, weight) => sum + weight, 0);
}

function squaredError(truth: Float64Array, predicted: Float64Array, weights: Float64Array | null): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const error = truth[row] - predicted[row];
    sum += weightOf(weights, row) * error * error;
  }
  return sum;
}
