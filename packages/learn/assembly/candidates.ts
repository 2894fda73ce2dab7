// The best split of each feature of a leaf. Ties keep the lower bin, then missing values on the right side.

import { scanCategory } from "./categories";
import {
  CANDIDATE_BYTES,
  Candidate,
  FEATURE_BYTES,
  FeatureKind,
  LeafSums,
  leafValue,
  Rules,
  scoreOfValue,
} from "./rules";

/**
 * Numbers without missing values in the leaf and without bounds: the common case. The comparison is cross-multiplied, so
 * that it divides only where the best score improves.
 */
function scanPlain(histogram: usize, valueBins: i32, rules: Rules, leaf: LeafSums, least: f64, best: Candidate): void {
  const shift = <i64>rules.shift;
  const mask = ((<i64>1) << shift) - 1;
  const gradientUnit = rules.gradientUnit;
  const hessianUnit = rules.hessianUnit;
  const l2 = rules.l2;
  const gradientAll = leaf.gradient;
  const hessianAll = leaf.hessian;
  let score = leaf.threshold;
  let sum: i64 = 0;
  let bestSum: i64 = 0;
  let bestBin = -1;
  const end = histogram + ((<usize>(valueBins - 1)) << 3);
  for (let cell = histogram; cell < end; cell += 8) {
    const value = load<i64>(cell);
    if (!value) continue;
    sum += value;
    const hessian = <f64>(sum & mask) * hessianUnit;
    const hessianRight = hessianAll - hessian;
    if (hessianRight < least) break;
    if (hessian < least) continue;
    const gradient = <f64>(sum >> shift) * gradientUnit;
    const gradientRight = gradientAll - gradient;
    const divisor = hessian + l2;
    const divisorRight = hessianRight + l2;
    const numerator = gradient * gradient * divisorRight + gradientRight * gradientRight * divisor;
    const denominator = divisor * divisorRight;
    if (numerator > score * denominator) {
      score = numerator / denominator;
      bestBin = <i32>((cell - histogram) >>> 3);
      bestSum = sum;
    }
  }
  if (bestBin < 0) return;
  best.gain = score - leaf.score;
  best.bin = bestBin;
  best.leftGradient = <f64>(bestSum >> shift) * gradientUnit;
  best.leftHessian = <f64>(bestSum & mask) * hessianUnit;
  // No row says where missing values belong: they follow the larger side.
  best.missingLeft = i32(best.leftHessian >= hessianAll - best.leftHessian);
}

/** The score of a split, above the threshold or not; -Infinity where a bound forbids it. */
function boundedScore(
  gradient: f64,
  hessian: f64,
  gradientRight: f64,
  hessianRight: f64,
  rules: Rules,
  leaf: LeafSums,
  monotone: i32,
): f64 {
  const left = leafValue(gradient, hessian, rules, leaf, rules.l2);
  const right = leafValue(gradientRight, hessianRight, rules, leaf, rules.l2);
  if ((monotone > 0 && left > right) || (monotone < 0 && left < right)) return -Infinity;
  return (
    scoreOfValue(gradient, hessian, rules.l1, rules.l2, left) +
    scoreOfValue(gradientRight, hessianRight, rules.l1, rules.l2, right)
  );
}

/**
 * Numbers, everything possible: missing values on either side, bounds, and (where `counts` is not 0) exact row counts.
 */
function scanWhole(
  histogram: usize,
  counts: usize,
  kind: FeatureKind,
  rules: Rules,
  leaf: LeafSums,
  least: f64,
  best: Candidate,
): void {
  const shift = <i64>rules.shift;
  const mask = ((<i64>1) << shift) - 1;
  const l2 = rules.l2;
  const isBounded = rules.isBounded !== 0;
  const valueBins = kind.valueBins;
  const missing = load<i64>(histogram + ((<usize>valueBins) << 3));
  const missingRows: f64 = counts === 0 ? 0 : <f64>load<u32>(counts + ((<usize>valueBins) << 2));
  const isWhole = missing === 0 && missingRows === 0;
  const lastBin = isWhole ? valueBins - 1 : valueBins;
  let score = leaf.threshold;
  let sum: i64 = 0;
  let rows: f64 = 0;
  for (let bin = 0; bin < lastBin; bin++) {
    const value = load<i64>(histogram + ((<usize>bin) << 3));
    const own: u32 = counts === 0 ? 0 : load<u32>(counts + ((<usize>bin) << 2));
    if (value === 0 && own === 0) continue;
    sum += value;
    rows += <f64>own;
    if (leaf.hessian - <f64>(sum & mask) * rules.hessianUnit < least) break;
    for (let side = 0; side < 2; side++) {
      if (side === 1 && (isWhole || bin === valueBins - 1)) break;
      const left = side === 0 ? sum : sum + missing;
      const hessian = <f64>(left & mask) * rules.hessianUnit;
      const hessianRight = leaf.hessian - hessian;
      if (hessian < least || hessianRight < least) continue;
      if (counts !== 0) {
        const leftRows = side === 0 ? rows : rows + missingRows;
        if (leftRows < rules.minRows || leaf.rows - leftRows < rules.minRows) continue;
      }
      const gradient = <f64>(left >> shift) * rules.gradientUnit;
      const gradientRight = leaf.gradient - gradient;
      if (isBounded) {
        const own = boundedScore(gradient, hessian, gradientRight, hessianRight, rules, leaf, kind.monotone);
        if (!(own > score)) continue;
        score = own;
      } else {
        const divisor = hessian + l2;
        const divisorRight = hessianRight + l2;
        const numerator = gradient * gradient * divisorRight + gradientRight * gradientRight * divisor;
        const denominator = divisor * divisorRight;
        if (!(numerator > score * denominator)) continue;
        score = numerator / denominator;
      }
      best.gain = score - leaf.score;
      best.bin = bin;
      best.leftGradient = gradient;
      best.leftHessian = hessian;
      best.missingLeft = isWhole ? i32(hessian >= hessianRight) : side;
    }
  }
}

/** One feature; `counts` as for `scanWhole`. */
function scanFeature(
  histogram: usize,
  counts: usize,
  kind: FeatureKind,
  rules: Rules,
  leaf: LeafSums,
  scratch: usize,
  at: usize,
): void {
  const best = changetype<Candidate>(at);
  best.gain = 0;
  best.bin = -1;
  best.missingLeft = 0;
  if (kind.isUsed === 0 || kind.valueBins < 1) return;
  // Where the lower part is no count, a row's share of the leaf's hessian stands for it; the caller verifies what wins.
  const least =
    rules.countsRows !== 0 ? rules.minRows : max<f64>(rules.minHessian, ((rules.minRows - 0.5) * leaf.hessian) / leaf.rows);
  if (kind.isCategory !== 0) scanCategory(histogram, counts, kind, rules, leaf, scratch, best);
  else if (rules.isBounded === 0 && counts === 0 && load<i64>(histogram + ((<usize>kind.valueBins) << 3)) === 0) {
    scanPlain(histogram, kind.valueBins, rules, leaf, least, best);
  } else scanWhole(histogram, counts, kind, rules, leaf, least, best);
}

/**
 * Candidates of features [first, last) from a leaf's histograms.
 *
 * @param histogram  of feature 0
 * @param counts  0, or u32[256] of the one feature scanned
 * @param scratch  4 kB
 * @param candidates  64 bytes a feature, that of feature 0 first
 */
export function scanFeatures(
  histogram: usize,
  counts: usize,
  kinds: usize,
  first: i32,
  last: i32,
  rules: usize,
  leaf: usize,
  scratch: usize,
  candidates: usize,
): void {
  for (let feature = first; feature < last; feature++) {
    scanFeature(
      histogram + <usize>feature * FEATURE_BYTES,
      counts,
      changetype<FeatureKind>(kinds + ((<usize>feature) << 4)),
      changetype<Rules>(rules),
      changetype<LeafSums>(leaf),
      scratch,
      candidates + <usize>feature * CANDIDATE_BYTES,
    );
  }
}

/**
 * Candidates of a leaf with few rows, from the rows themselves: cheaper than histograms of all features that would be
 * almost empty. The same candidates but that minRows is exact.
 *
 * @param scratch  3 kB of zeros (left so), then 4 kB, then 4 bytes a row
 */
export function scanRows(
  bins: usize,
  stride: usize,
  index: usize,
  count: usize,
  packed: usize,
  kinds: usize,
  first: i32,
  last: i32,
  rules: usize,
  leaf: usize,
  scratch: usize,
  candidates: usize,
): void {
  const counts = scratch + FEATURE_BYTES;
  const rows = scratch + 7168;
  const exact = changetype<Rules>(rules).countsRows === 0;
  for (let place: usize = 0; place < count; place++) {
    store<u32>(rows + (place << 2), <u32>(bins + <usize>load<u32>(index + (place << 2)) * stride));
  }
  for (let feature = first; feature < last; feature++) {
    const kind = changetype<FeatureKind>(kinds + ((<usize>feature) << 4));
    const at = candidates + <usize>feature * CANDIDATE_BYTES;
    if (kind.isUsed === 0) {
      changetype<Candidate>(at).bin = -1;
      continue;
    }
    for (let place: usize = 0; place < count; place++) {
      const bin = <usize>load<u8>(<usize>load<u32>(rows + (place << 2)) + <usize>feature);
      const cell = scratch + (bin << 3);
      store<i64>(cell, load<i64>(cell) + load<i64>(packed + ((<usize>load<u32>(index + (place << 2))) << 3)));
      if (exact) store<u32>(counts + (bin << 2), load<u32>(counts + (bin << 2)) + 1);
    }
    scanFeature(scratch, exact ? counts : 0, kind, changetype<Rules>(rules), changetype<LeafSums>(leaf), scratch + 3072, at);
    for (let place: usize = 0; place < count; place++) {
      const bin = <usize>load<u8>(<usize>load<u32>(rows + (place << 2)) + <usize>feature);
      store<i64>(scratch + (bin << 3), 0);
      store<u32>(counts + (bin << 2), 0);
    }
  }
}
