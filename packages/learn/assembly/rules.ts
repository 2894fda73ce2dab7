// Layouts that the kernels read and write. @unmanaged classes are names for offsets; `src/kernels/layout.ts` has the same.

/** What splits must keep to; one for a whole fit. */
@unmanaged
export class Rules {
  /** A packed part times its unit is the sum in the loss's own unit. */
  gradientUnit: f64; //    0
  hessianUnit: f64; //     8
  l1: f64; //             16
  l2: f64; //             24
  categoryL2: f64; //     32
  categorySmoothing: f64; // 40
  minHessian: f64; //     48
  minRows: f64; //        56
  minGroupRows: f64; //   64
  shift: i32; //          72
  /** 1: the lower part counts rows. */
  countsRows: i32; //     76
  /** 1: l1 or a bound: scores are made of clamped leaf values. */
  isBounded: i32; //      80
  maxOneHot: i32; //      84
  maxCategories: i32; //  88
}

/** A leaf to be split. */
@unmanaged
export class LeafSums {
  gradient: f64; //     0
  hessian: f64; //      8
  /** A split must score more: the leaf's own score and the least gain. */
  threshold: f64; //   16
  score: f64; //       24
  lower: f64; //       32
  upper: f64; //       40
  rows: f64; //        48
}

/** One of these a feature, 16 bytes. */
@unmanaged
export class FeatureKind {
  valueBins: i32; //    0
  isCategory: i32; //   4
  /** 1, -1 or 0. */
  monotone: i32; //     8
  /** 0: this tree (or this split) does not look at it. */
  isUsed: i32; //      12
}

/** Best split of one feature, 64 bytes. */
@unmanaged
export class Candidate {
  gain: f64; //         0
  leftGradient: f64; // 8
  leftHessian: f64; // 16
  /** Last bin that goes left, -1: no split; for a category the number of bins that go left. */
  bin: i32; //         24
  missingLeft: i32; // 28
  /** Bins that go left, 256 bits; categories only. */
  set: u64; //         32 … 63
}

export const CANDIDATE_BYTES: usize = 64;
export const FEATURE_BYTES: usize = 2048;
export const MISSING_SIDE: usize = 28;

export function leafValue(gradient: f64, hessian: f64, rules: Rules, leaf: LeafSums, l2: f64): f64 {
  return max<f64>(leaf.lower, min<f64>(leaf.upper, -shrunk(gradient, rules.l1) / (hessian + l2)));
}

/** The gradient with l1 taken off. */
export function shrunk(gradient: f64, l1: f64): f64 {
  return gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0;
}

/** Twice the loss that a leaf of this value removes. */
export function scoreOfValue(gradient: f64, hessian: f64, l1: f64, l2: f64, value: f64): f64 {
  return -(2 * shrunk(gradient, l1) * value + (hessian + l2) * value * value);
}
