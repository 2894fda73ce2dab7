// Values to bins. Bin `b` holds cuts[b − 1] < value <= cuts[b]; the bin behind the last one holds missing values.

const DIGITS: i32 = 6;
const DIGIT_BITS: u64 = 11;
const DIGIT_VALUES: usize = 2048;

/**
 * Sorts doubles without NaN, ascending; -0 becomes 0. Least significant digit first, passes in which all digits are equal left out.
 *
 * @param scratch  8 · count bytes, then 48 kB for counts
 */
export function sortDoubles(values: usize, count: usize, scratch: usize): void {
  const bytes = count << 3;
  const counts = scratch + bytes;
  memory.fill(counts, 0, <usize>DIGITS * (DIGIT_VALUES << 2));
  for (let at: usize = 0; at < bytes; at += 8) {
    // Adding 0 turns -0 into 0. Negative numbers have all bits flipped, others the sign: then bits sort as numbers do.
    const bits = reinterpret<i64>(load<f64>(values + at) + 0.0);
    let key = <u64>(bits ^ ((bits >> 63) | i64.MIN_VALUE));
    store<u64>(values + at, key);
    for (let digit = 0; digit < DIGITS; digit++) {
      const cell = counts + ((<usize>digit) << 13) + ((<usize>(key & 2047)) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
      key >>= DIGIT_BITS;
    }
  }
  let from = values;
  let to = scratch;
  for (let digit = 0; digit < DIGITS; digit++) {
    const cells = counts + ((<usize>digit) << 13);
    const shift = <u64>digit * DIGIT_BITS;
    if (count > 0 && load<u32>(cells + ((<usize>((load<u64>(from) >> shift) & 2047)) << 2)) === <u32>count) continue;
    let before: u32 = 0;
    for (let cell = cells; cell < cells + (DIGIT_VALUES << 2); cell += 4) {
      const own = load<u32>(cell);
      store<u32>(cell, before);
      before += own;
    }
    for (let at: usize = 0; at < bytes; at += 8) {
      const key = load<u64>(from + at);
      const cell = cells + ((<usize>((key >> shift) & 2047)) << 2);
      const place = load<u32>(cell);
      store<u32>(cell, place + 1);
      store<u64>(to + ((<usize>place) << 3), key);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  for (let at: usize = 0; at < bytes; at += 8) {
    const key = load<i64>(from + at);
    store<i64>(values + at, key ^ ((~key >> 63) | i64.MIN_VALUE));
  }
}

/**
 * Copies some values of a column, missing ones left out; returns how many it copied.
 *
 * @param values  of the rows from `first` on
 * @param rows    u32, ascending; 0: the rows from `first` on
 */
export function gatherNumbers(values: usize, first: usize, rows: usize, count: usize, into: usize): i32 {
  let to = into;
  for (let place: usize = 0; place < count; place++) {
    const row = rows === 0 ? place : <usize>load<u32>(rows + (place << 2)) - first;
    const value = load<f64>(values + (row << 3));
    store<f64>(to, value);
    to += select<usize>(8, 0, value === value);
  }
  return <i32>((to - into) >>> 3);
}

/**
 * Bins of consecutive values of a column; returns 1 where one of them is infinite. Searches without branches.
 *
 * @param cuts  f64[256], those behind the last cut Infinity
 * @param steps  most bins are 2^steps
 */
export function binNumbers(values: usize, count: usize, cuts: usize, steps: i32, missing: i32, into: usize): i32 {
  let infinite = 0;
  const start: usize = steps === 0 ? 0 : 8 << (<usize>steps - 1);
  let place: usize = 0;
  // Four searches abreast: one alone waits for its loads.
  for (; place + 4 <= count; place += 4) {
    const at = values + (place << 3);
    const first = load<f64>(at);
    const second = load<f64>(at, 8);
    const third = load<f64>(at, 16);
    const fourth = load<f64>(at, 24);
    let a: usize = 0;
    let b: usize = 0;
    let c: usize = 0;
    let d: usize = 0;
    for (let half = start; half >= 8; half >>= 1) {
      const middle = cuts + half - 8;
      a += select<usize>(half, 0, load<f64>(middle + a) < first);
      b += select<usize>(half, 0, load<f64>(middle + b) < second);
      c += select<usize>(half, 0, load<f64>(middle + c) < third);
      d += select<usize>(half, 0, load<f64>(middle + d) < fourth);
    }
    const to = into + place;
    store<u8>(to, first === first ? <u32>(a >>> 3) : <u32>missing);
    store<u8>(to, second === second ? <u32>(b >>> 3) : <u32>missing, 1);
    store<u8>(to, third === third ? <u32>(c >>> 3) : <u32>missing, 2);
    store<u8>(to, fourth === fourth ? <u32>(d >>> 3) : <u32>missing, 3);
    infinite |= i32(abs<f64>(first) === Infinity) | i32(abs<f64>(second) === Infinity);
    infinite |= i32(abs<f64>(third) === Infinity) | i32(abs<f64>(fourth) === Infinity);
  }
  for (; place < count; place++) {
    const value = load<f64>(values + (place << 3));
    let bin: usize = 0;
    for (let half = start; half >= 8; half >>= 1) bin += select<usize>(half, 0, load<f64>(cuts + bin + half - 8) < value);
    store<u8>(into + place, value === value ? <u32>(bin >>> 3) : <u32>missing);
    infinite |= i32(abs<f64>(value) === Infinity);
  }
  return infinite;
}

/** Bins of consecutive codes by a table; a code that is missing, negative, not whole or past the table is missing. */
export function binCategories(values: usize, count: usize, table: usize, codes: i32, missing: i32, into: usize): void {
  for (let place: usize = 0; place < count; place++) {
    const value = load<f64>(values + (place << 3));
    let bin = missing;
    if (value >= 0 && value < <f64>codes) {
      const code = <i32>value;
      if (<f64>code === value) bin = <i32>load<u8>(table + <usize>code);
    }
    store<u8>(into + place, bin);
  }
}

/** Column-major bins of rows [begin, end) to row-major ones. */
export function transposeBins(
  columns: usize,
  columnBytes: usize,
  features: i32,
  begin: usize,
  end: usize,
  bins: usize,
  stride: usize,
): void {
  for (let first = begin; first < end; first += 1024) {
    const last = min<usize>(first + 1024, end);
    for (let feature = 0; feature < features; feature++) {
      const column = columns + <usize>feature * columnBytes;
      let to = bins + first * stride + <usize>feature;
      for (let row = first; row < last; row++) {
        store<u8>(to, load<u8>(column + row));
        to += stride;
      }
    }
  }
}
