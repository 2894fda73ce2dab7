// Splits of native categories, as LightGBM makes them: one level against the rest where there are few, else the levels
// sorted by gradient / (hessian + smoothing) and cut from either end. Missing values are one more level.

import { Candidate, FeatureKind, LeafSums, Rules, scoreOfValue, shrunk } from "./rules";

/** Free of bounds: a category has no direction that could be monotone, but the leaf may be bounded by others. */
function sideScore(gradient: f64, hessian: f64, rules: Rules, leaf: LeafSums, l2: f64): f64 {
  if (rules.isBounded === 0) return (gradient * gradient) / (hessian + l2);
  const value = max<f64>(leaf.lower, min<f64>(leaf.upper, -shrunk(gradient, rules.l1) / (hessian + l2)));
  return scoreOfValue(gradient, hessian, rules.l1, l2, value);
}

/** Rows of a bin: counted, or the hessian's share of the leaf's rows. */
function rowsOf(bin: i32, hessian: f64, counts: usize, rules: Rules, leaf: LeafSums): f64 {
  if (rules.countsRows !== 0) return hessian;
  if (counts !== 0) return <f64>load<u32>(counts + ((<usize>bin) << 2));
  return leaf.hessian > 0 ? (hessian * leaf.rows) / leaf.hessian : 0;
}

function clearSet(best: Candidate): void {
  memory.fill(changetype<usize>(best) + 32, 0, 32);
}

function addToSet(best: Candidate, bin: i32): void {
  const word = changetype<usize>(best) + 32 + ((<usize>bin >>> 3) & ~3);
  store<u32>(word, load<u32>(word) | ((<u32>1) << (<u32>bin & 31)));
}

function scanOneAgainstRest(
  histogram: usize,
  counts: usize,
  kind: FeatureKind,
  rules: Rules,
  leaf: LeafSums,
  best: Candidate,
): void {
  const shift = <i64>rules.shift;
  const mask = ((<i64>1) << shift) - 1;
  let score = leaf.threshold;
  for (let bin = 0; bin <= kind.valueBins; bin++) {
    const value = load<i64>(histogram + ((<usize>bin) << 3));
    const hessian = <f64>(value & mask) * rules.hessianUnit;
    const hessianRight = leaf.hessian - hessian;
    const rows = rowsOf(bin, hessian, counts, rules, leaf);
    if (rows < rules.minRows || leaf.rows - rows < rules.minRows) continue;
    if (hessian < rules.minHessian || hessianRight < rules.minHessian) continue;
    const gradient = <f64>(value >> shift) * rules.gradientUnit;
    const own =
      sideScore(gradient, hessian, rules, leaf, rules.l2) +
      sideScore(leaf.gradient - gradient, hessianRight, rules, leaf, rules.l2);
    if (!(own > score)) continue;
    score = own;
    best.gain = score - leaf.score;
    best.bin = 1;
    best.leftGradient = gradient;
    best.leftHessian = hessian;
    best.missingLeft = i32(bin === kind.valueBins);
    clearSet(best);
    addToSet(best, bin);
  }
}

/** Shell sort by key, then bin: a total order, so any sort gives the same. */
function sortBins(order: usize, keys: usize, count: i32): void {
  for (let gap = 57; gap > 0; gap = gap === 57 ? 23 : gap === 23 ? 10 : gap === 10 ? 4 : gap === 4 ? 1 : 0) {
    for (let place = gap; place < count; place++) {
      const bin = load<i32>(order + ((<usize>place) << 2));
      const key = load<f64>(keys + ((<usize>bin) << 3));
      let to = place;
      while (to >= gap) {
        const other = load<i32>(order + ((<usize>(to - gap)) << 2));
        const otherKey = load<f64>(keys + ((<usize>other) << 3));
        if (otherKey < key || (otherKey === key && other < bin)) break;
        store<i32>(order + ((<usize>to) << 2), other);
        to -= gap;
      }
      store<i32>(order + ((<usize>to) << 2), bin);
    }
  }
}

/** @param scratch  f64[256] keys, i32[256] bins in order */
function scanSorted(
  histogram: usize,
  counts: usize,
  kind: FeatureKind,
  rules: Rules,
  leaf: LeafSums,
  scratch: usize,
  best: Candidate,
): void {
  const shift = <i64>rules.shift;
  const mask = ((<i64>1) << shift) - 1;
  const order = scratch + 2048;
  const l2 = rules.l2 + rules.categoryL2;
  let used = 0;
  for (let bin = 0; bin <= kind.valueBins; bin++) {
    const value = load<i64>(histogram + ((<usize>bin) << 3));
    const hessian = <f64>(value & mask) * rules.hessianUnit;
    if (value === 0 || rowsOf(bin, hessian, counts, rules, leaf) < rules.categorySmoothing) continue;
    store<f64>(scratch + ((<usize>bin) << 3), (<f64>(value >> shift) * rules.gradientUnit) / (hessian + rules.categorySmoothing));
    store<i32>(order + ((<usize>used) << 2), bin);
    used++;
  }
  sortBins(order, scratch, used);
  const most = min<i32>(rules.maxCategories, (used + 1) / 2);
  let score = leaf.threshold;
  let bestCount = 0;
  let bestSide = 0;
  for (let side = 0; side < 2; side++) {
    let sum: i64 = 0;
    let rows: f64 = 0;
    let groupRows: f64 = 0;
    for (let taken = 0; taken < most; taken++) {
      const bin = load<i32>(order + ((<usize>(side === 0 ? taken : used - 1 - taken)) << 2));
      const value = load<i64>(histogram + ((<usize>bin) << 3));
      const own = rowsOf(bin, <f64>(value & mask) * rules.hessianUnit, counts, rules, leaf);
      sum += value;
      rows += own;
      groupRows += own;
      const hessian = <f64>(sum & mask) * rules.hessianUnit;
      const hessianRight = leaf.hessian - hessian;
      if (rows < rules.minRows || hessian < rules.minHessian) continue;
      const rowsRight = leaf.rows - rows;
      if (rowsRight < rules.minRows || rowsRight < rules.minGroupRows || hessianRight < rules.minHessian) break;
      if (groupRows < rules.minGroupRows) continue;
      groupRows = 0;
      const gradient = <f64>(sum >> shift) * rules.gradientUnit;
      const whole =
        sideScore(gradient, hessian, rules, leaf, l2) + sideScore(leaf.gradient - gradient, hessianRight, rules, leaf, l2);
      if (!(whole > score)) continue;
      score = whole;
      best.gain = score - leaf.score;
      best.bin = taken + 1;
      best.leftGradient = gradient;
      best.leftHessian = hessian;
      bestCount = taken + 1;
      bestSide = side;
    }
  }
  if (bestCount === 0) return;
  clearSet(best);
  for (let taken = 0; taken < bestCount; taken++) {
    const bin = load<i32>(order + ((<usize>(bestSide === 0 ? taken : used - 1 - taken)) << 2));
    addToSet(best, bin);
    if (bin === kind.valueBins) best.missingLeft = 1;
  }
}

/** The best split of a category into `best`, which holds none yet. */
export function scanCategory(
  histogram: usize,
  counts: usize,
  kind: FeatureKind,
  rules: Rules,
  leaf: LeafSums,
  scratch: usize,
  best: Candidate,
): void {
  if (kind.valueBins <= rules.maxOneHot) scanOneAgainstRest(histogram, counts, kind, rules, leaf, best);
  else scanSorted(histogram, counts, kind, rules, leaf, scratch, best);
}
