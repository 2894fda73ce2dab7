// Gradients and hessians are quantised and packed into one i64: gradient · 2^shift + hessian. With unit hessians the lower
// part counts rows. Scales are powers of two, made of sums over fixed chunks of rows, so the threads cannot change them.

import { exp, roundToInteger } from "./arithmetic";

export const SQUARED: i32 = 0;
export const ABSOLUTE: i32 = 1;
export const HUBER: i32 = 2;
export const QUANTILE: i32 = 3;
export const LOGISTIC: i32 = 4;
export const SOFTMAX: i32 = 5;

const UNIT: i32 = 0;
const WEIGHTED: i32 = 1;
const DRAWN: i32 = 2;

/** Gradient of the losses whose hessian is 1. */
function slope(loss: i32, residual: f64, parameter: f64): f64 {
  if (loss === SQUARED) return residual;
  if (loss === HUBER) return max<f64>(-parameter, min<f64>(parameter, residual));
  if (loss === QUANTILE) return residual > 0 ? 1 - parameter : residual < 0 ? -parameter : 0;
  return residual > 0 ? 1 : residual < 0 ? -1 : 0;
}

/**
 * Writes the state of rows [begin, end) from which `packGradients` makes gradients (the gradient itself, or a probability),
 * and its sums to `sums`: |gradient|, hessian, and the largest hessian, weighted.
 *
 * @param weights  0: every row weighs 1
 * @param highest, inverse  what `softmaxNormalisers` wrote
 */
export function prepareLoss(
  loss: i32,
  begin: i32,
  end: i32,
  scores: usize,
  target: usize,
  weights: usize,
  state: usize,
  parameter: f64,
  output: f64,
  highest: usize,
  inverse: usize,
  sums: usize,
): void {
  let gradientSum: f64 = 0;
  let hessianSum: f64 = 0;
  let largest: f64 = 0;
  for (let row = begin; row < end; row++) {
    const at = (<usize>row) << 3;
    const weight: f64 = weights === 0 ? 1 : load<f64>(weights + at);
    if (loss < LOGISTIC) {
      const gradient = slope(loss, load<f64>(scores + at) - load<f64>(target + at), parameter);
      store<f64>(state + at, gradient);
      gradientSum += weight * abs<f64>(gradient);
      hessianSum += weight;
      largest = max<f64>(largest, weight);
    } else {
      const score = load<f64>(scores + at);
      let share: f64;
      if (loss === LOGISTIC) share = 1 / (1 + exp(-score));
      else share = exp(score - load<f64>(highest + at)) * load<f64>(inverse + at);
      store<f64>(state + at, share);
      const truth: f64 = load<f64>(target + at) === output ? 1 : 0;
      const hessian = weight * parameter * share * (1 - share);
      gradientSum += weight * abs<f64>(share - truth);
      hessianSum += hessian;
      largest = max<f64>(largest, hessian);
    }
  }
  store<f64>(sums, gradientSum);
  store<f64>(sums, hessianSum, 8);
  store<f64>(sums, largest, 16);
}

/** Replaces the state of rows [begin, end) by packed gradients. */
export function packGradients(
  mode: i32,
  begin: i32,
  end: i32,
  state: usize,
  target: usize,
  weights: usize,
  packed: usize,
  gradientScale: f64,
  hessianScale: f64,
  bits: i32,
  output: f64,
  parameter: f64,
): void {
  const shift = <i64>bits;
  if (mode === UNIT) {
    for (let row = begin; row < end; row++) {
      const at = (<usize>row) << 3;
      store<i64>(packed + at, (roundToInteger(load<f64>(state + at) * gradientScale) << shift) + 1);
    }
  } else if (mode === WEIGHTED) {
    for (let row = begin; row < end; row++) {
      const at = (<usize>row) << 3;
      const weight = load<f64>(weights + at);
      const gradient = roundToInteger(weight * load<f64>(state + at) * gradientScale);
      store<i64>(packed + at, (gradient << shift) + roundToInteger(weight * hessianScale));
    }
  } else if (mode === DRAWN) {
    for (let row = begin; row < end; row++) {
      const at = (<usize>row) << 3;
      const draws = roundToInteger(load<f64>(weights + at));
      store<i64>(packed + at, ((roundToInteger(load<f64>(state + at) * gradientScale) * draws) << shift) + draws);
    }
  } else {
    for (let row = begin; row < end; row++) {
      const at = (<usize>row) << 3;
      const weight: f64 = weights === 0 ? 1 : load<f64>(weights + at);
      const share = load<f64>(state + at);
      const truth: f64 = load<f64>(target + at) === output ? 1 : 0;
      const gradient = roundToInteger(weight * (share - truth) * gradientScale);
      store<i64>(packed + at, (gradient << shift) + roundToInteger(weight * parameter * share * (1 - share) * hessianScale));
    }
  }
}

/** By row: the highest of the scores of all outputs, and 1 / Σ exp(score − highest). `scores` is [output][rows]. */
export function softmaxNormalisers(
  begin: i32,
  end: i32,
  scores: usize,
  outputBytes: usize,
  outputs: i32,
  highest: usize,
  inverse: usize,
): void {
  for (let row = begin; row < end; row++) {
    const at = (<usize>row) << 3;
    let top = load<f64>(scores + at);
    for (let output = 1; output < outputs; output++) top = max<f64>(top, load<f64>(scores + <usize>output * outputBytes + at));
    let sum: f64 = 0;
    for (let output = 0; output < outputs; output++) sum += exp(load<f64>(scores + <usize>output * outputBytes + at) - top);
    store<f64>(highest + at, top);
    store<f64>(inverse + at, 1 / sum);
  }
}

/** Adds a leaf's value to the scores of its rows. */
export function addToRows(scores: usize, index: usize, count: usize, value: f64): void {
  const end = index + (count << 2);
  for (; index < end; index += 4) {
    const at = scores + ((<usize>load<u32>(index)) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}

/** target − score of a leaf's rows, in their order. */
export function gatherResiduals(scores: usize, target: usize, index: usize, count: usize, into: usize): void {
  const end = index + (count << 2);
  for (; index < end; index += 4) {
    const at = (<usize>load<u32>(index)) << 3;
    store<f64>(into, load<f64>(target + at) - load<f64>(scores + at));
    into += 8;
  }
}
