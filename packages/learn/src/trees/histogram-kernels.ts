/**
 * The hot loops: they add rows to histograms. `words` holds four bins a row (see `BinnedMatrix`), `at` is where a
 * column of words starts, `rows[begin … end)` are the rows, and staged values lie in the order of the rows. `first` to
 * `fourth` are where the four features start in `histogram`. Written out per number of channels: an inner loop over
 * channels or features costs two to four times as much in V8.
 */

/** Channels: gradient sum, row count (every row's hessian is 1). `unit` is 1, or −1 to take rows out. */
export function addQuadUnit(
  words: Int32Array,
  at: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  unit: number,
  histogram: Float64Array,
  first: number,
  second: number,
  third: number,
  fourth: number,
): void {
  for (let position = begin; position < end; position++) {
    const word = words[at + rows[position]];
    const value = gradient[position - begin];
    const a = first + ((word & 255) << 1);
    histogram[a] += value;
    histogram[a + 1] += unit;
    const b = second + ((word >>> 7) & 510);
    histogram[b] += value;
    histogram[b + 1] += unit;
    const c = third + ((word >>> 15) & 510);
    histogram[c] += value;
    histogram[c + 1] += unit;
    const d = fourth + ((word >>> 23) & 510);
    histogram[d] += value;
    histogram[d + 1] += unit;
  }
}

export function addOneUnit(
  words: Int32Array,
  at: number,
  shift: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  unit: number,
  histogram: Float64Array,
  start: number,
): void {
  for (let position = begin; position < end; position++) {
    const a = start + (((words[at + rows[position]] >>> shift) & 255) << 1);
    histogram[a] += gradient[position - begin];
    histogram[a + 1] += unit;
  }
}

/** Channels: gradient sum, hessian sum (which is the row count too: hessians are whole multiplicities). */
export function addQuadPair(
  words: Int32Array,
  at: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  hessian: Float64Array,
  histogram: Float64Array,
  first: number,
  second: number,
  third: number,
  fourth: number,
): void {
  for (let position = begin; position < end; position++) {
    const word = words[at + rows[position]];
    const value = gradient[position - begin];
    const curvature = hessian[position - begin];
    const a = first + ((word & 255) << 1);
    histogram[a] += value;
    histogram[a + 1] += curvature;
    const b = second + ((word >>> 7) & 510);
    histogram[b] += value;
    histogram[b + 1] += curvature;
    const c = third + ((word >>> 15) & 510);
    histogram[c] += value;
    histogram[c + 1] += curvature;
    const d = fourth + ((word >>> 23) & 510);
    histogram[d] += value;
    histogram[d + 1] += curvature;
  }
}

export function addOnePair(
  words: Int32Array,
  at: number,
  shift: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  hessian: Float64Array,
  histogram: Float64Array,
  start: number,
): void {
  for (let position = begin; position < end; position++) {
    const a = start + (((words[at + rows[position]] >>> shift) & 255) << 1);
    histogram[a] += gradient[position - begin];
    histogram[a + 1] += hessian[position - begin];
  }
}

/** Channels: gradient sum, hessian sum, row count. */
export function addQuadTriple(
  words: Int32Array,
  at: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  hessian: Float64Array,
  unit: number,
  histogram: Float64Array,
  first: number,
  second: number,
  third: number,
  fourth: number,
): void {
  for (let position = begin; position < end; position++) {
    const word = words[at + rows[position]];
    const value = gradient[position - begin];
    const curvature = hessian[position - begin];
    const a = first + (word & 255) * 3;
    histogram[a] += value;
    histogram[a + 1] += curvature;
    histogram[a + 2] += unit;
    const b = second + ((word >>> 8) & 255) * 3;
    histogram[b] += value;
    histogram[b + 1] += curvature;
    histogram[b + 2] += unit;
    const c = third + ((word >>> 16) & 255) * 3;
    histogram[c] += value;
    histogram[c + 1] += curvature;
    histogram[c + 2] += unit;
    const d = fourth + (word >>> 24) * 3;
    histogram[d] += value;
    histogram[d + 1] += curvature;
    histogram[d + 2] += unit;
  }
}

export function addOneTriple(
  words: Int32Array,
  at: number,
  shift: number,
  rows: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  hessian: Float64Array,
  unit: number,
  histogram: Float64Array,
  start: number,
): void {
  for (let position = begin; position < end; position++) {
    const a = start + ((words[at + rows[position]] >>> shift) & 255) * 3;
    histogram[a] += gradient[position - begin];
    histogram[a + 1] += hessian[position - begin];
    histogram[a + 2] += unit;
  }
}

/** Channels: weight sum of each class, row count; `channels` is the number of classes + 1. */
export function addQuadClass(
  words: Int32Array,
  at: number,
  rows: Int32Array,
  begin: number,
  end: number,
  classByPosition: Int32Array,
  weight: Float64Array,
  unit: number,
  channels: number,
  histogram: Float64Array,
  first: number,
  second: number,
  third: number,
  fourth: number,
): void {
  const last = channels - 1;
  for (let position = begin; position < end; position++) {
    const word = words[at + rows[position]];
    const channel = classByPosition[position - begin];
    const value = weight[position - begin];
    const a = first + (word & 255) * channels;
    histogram[a + channel] += value;
    histogram[a + last] += unit;
    const b = second + ((word >>> 8) & 255) * channels;
    histogram[b + channel] += value;
    histogram[b + last] += unit;
    const c = third + ((word >>> 16) & 255) * channels;
    histogram[c + channel] += value;
    histogram[c + last] += unit;
    const d = fourth + (word >>> 24) * channels;
    histogram[d + channel] += value;
    histogram[d + last] += unit;
  }
}

export function addOneClass(
  words: Int32Array,
  at: number,
  shift: number,
  rows: Int32Array,
  begin: number,
  end: number,
  classByPosition: Int32Array,
  weight: Float64Array,
  unit: number,
  channels: number,
  histogram: Float64Array,
  start: number,
): void {
  const last = channels - 1;
  for (let position = begin; position < end; position++) {
    const a = start + ((words[at + rows[position]] >>> shift) & 255) * channels;
    histogram[a + classByPosition[position - begin]] += weight[position - begin];
    histogram[a + last] += unit;
  }
}
