// Gini impurity of three and more classes: a cell of a bin for each class, so that a row still costs one addition a feature.
// Packed values are weight · 2^24 + draws.

import { CANDIDATE_BYTES, Candidate, FeatureKind } from "./rules";

const COUNT_BITS: i64 = 24;
const COUNT_MASK: i64 = (1 << 24) - 1;

/**
 * Adds rows to histograms of [feature][256 bins][classes] cells.
 *
 * @param codes  f64 by row: the class
 */
export function histogramOfClasses(
  bins: usize,
  stride: usize,
  features: i32,
  index: usize,
  count: usize,
  packed: usize,
  codes: usize,
  classes: i32,
  histogram: usize,
): void {
  const end = index + (count << 2);
  const binBytes = (<usize>classes) << 3;
  const featureBytes = binBytes << 8;
  for (; index < end; index += 4) {
    const row = <usize>load<u32>(index);
    const value = load<i64>(packed + (row << 3));
    const from = bins + row * stride;
    let cells = histogram + ((<usize>load<f64>(codes + (row << 3))) << 3);
    for (let feature: usize = 0; feature < <usize>features; feature++) {
      const cell = cells + <usize>load<u8>(from + feature) * binBytes;
      store<i64>(cell, load<i64>(cell) + value);
      cells += featureBytes;
    }
  }
}

/**
 * Candidates of features [first, last) by Σ c²/W of the sides less that of the whole.
 *
 * @param totals  f64 of each class, then the leaf's rows
 * @param scratch  8 bytes a class
 */
export function scanClasses(
  histogram: usize,
  classes: i32,
  kinds: usize,
  first: i32,
  last: i32,
  weightUnit: f64,
  minRows: f64,
  threshold: f64,
  totals: usize,
  scratch: usize,
  candidates: usize,
): void {
  const binBytes = (<usize>classes) << 3;
  const rowsAll = load<f64>(totals + binBytes);
  let weightAll: f64 = 0;
  let squareAll: f64 = 0;
  for (let at: usize = 0; at < binBytes; at += 8) {
    const weight = load<f64>(totals + at);
    weightAll += weight;
    squareAll += weight * weight;
  }
  const whole = squareAll / weightAll;
  for (let feature = first; feature < last; feature++) {
    const kind = changetype<FeatureKind>(kinds + ((<usize>feature) << 4));
    const best = changetype<Candidate>(candidates + <usize>feature * CANDIDATE_BYTES);
    best.gain = threshold;
    best.bin = -1;
    best.missingLeft = 0;
    if (kind.isUsed === 0) continue;
    const cells = histogram + <usize>feature * (binBytes << 8);
    const missing = cells + <usize>kind.valueBins * binBytes;
    let missingRows: f64 = 0;
    for (let at: usize = 0; at < binBytes; at += 8) missingRows += <f64>(load<i64>(missing + at) & COUNT_MASK);
    const sides = missingRows > 0 ? 2 : 1;
    for (let side = 0; side < sides; side++) {
      const lastBin = sides === 2 && side === 0 ? kind.valueBins : kind.valueBins - 1;
      let rows: f64 = side === 0 ? 0 : missingRows;
      for (let at: usize = 0; at < binBytes; at += 8) {
        store<f64>(scratch + at, side === 0 ? 0 : <f64>(load<i64>(missing + at) >> COUNT_BITS) * weightUnit);
      }
      for (let bin = 0; bin < lastBin; bin++) {
        const cell = cells + <usize>bin * binBytes;
        let own: f64 = 0;
        let weightLeft: f64 = 0;
        let squareLeft: f64 = 0;
        let squareRight: f64 = 0;
        for (let at: usize = 0; at < binBytes; at += 8) {
          const value = load<i64>(cell + at);
          own += <f64>(value & COUNT_MASK);
          const left = load<f64>(scratch + at) + <f64>(value >> COUNT_BITS) * weightUnit;
          store<f64>(scratch + at, left);
          const right = load<f64>(totals + at) - left;
          weightLeft += left;
          squareLeft += left * left;
          squareRight += right * right;
        }
        if (own === 0) continue;
        rows += own;
        if (rows < minRows) continue;
        if (rowsAll - rows < minRows) break;
        const gain = squareLeft / weightLeft + squareRight / (weightAll - weightLeft) - whole;
        if (gain > best.gain) {
          best.gain = gain;
          best.bin = bin;
          best.missingLeft = sides === 2 ? side : i32(rows >= rowsAll - rows);
        }
      }
    }
  }
}
