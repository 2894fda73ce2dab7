/** Distinct values of a sorted column and how often each occurs. Scratch that is reused from column to column. */
export interface DistinctValues {
  readonly values: Float64Array;
  readonly counts: Int32Array;
  length: number;
}

/** Fills `distinct` from the first `count` values of an ascending array without NaN. */
export function collectDistinct(sorted: Float64Array, count: number, distinct: DistinctValues): void {
  const { values, counts } = distinct;
  let length = 0;
  for (let position = 0; position < count; position++) {
    const value = sorted[position];
    if (length > 0 && values[length - 1] === value) {
      counts[length - 1]++;
    } else {
      values[length] = value;
      counts[length] = 1;
      length++;
    }
  }
  distinct.length = length;
}

/**
 * Cuts of one column: bin `b` holds the values `v` with `cuts[b - 1] < v <= cuts[b]`. Each distinct value has its own
 * bin where there are few enough; otherwise the bins hold about equally many rows, and a value frequent enough to fill a
 * bin has one to itself (LightGBM's greedy rule).
 *
 * @param maxBins  most bins, at least 1
 */
export function quantileCuts(distinct: DistinctValues, maxBins: number): Float64Array {
  const { values, counts, length } = distinct;
  if (length <= 1 || maxBins <= 1) return new Float64Array(0);
  if (length <= maxBins) {
    const cuts = new Float64Array(length - 1);
    for (let index = 0; index < length - 1; index++) cuts[index] = midway(values[index], values[index + 1]);
    return cuts;
  }
  let rest = 0;
  for (let index = 0; index < length; index++) rest += counts[index];
  const big = rest / maxBins;
  let restBins = maxBins;
  for (let index = 0; index < length; index++) {
    if (counts[index] >= big) {
      restBins--;
      rest -= counts[index];
    }
  }
  let size = rest / Math.max(1, restBins);
  const cuts: number[] = [];
  let filled = 0;
  for (let index = 0; index < length - 1 && cuts.length < maxBins - 1; index++) {
    const isBig = counts[index] >= big;
    if (!isBig) rest -= counts[index];
    filled += counts[index];
    const isNextBig = counts[index + 1] >= big;
    if (isBig || filled >= size || (isNextBig && filled >= Math.max(1, size / 2))) {
      cuts.push(midway(values[index], values[index + 1]));
      filled = 0;
      if (!isBig) {
        restBins--;
        size = rest / Math.max(1, restBins);
      }
    }
  }
  return Float64Array.from(cuts);
}

/** A threshold `t` with `low <= t < high`, the middle where doubles allow it. Halves first: `low + high` may overflow. */
export function midway(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}
