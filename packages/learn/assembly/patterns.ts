// SHAP by tables: what a row does at the splits becomes a pattern, whose effects are looked up. Rows are taken 16 at a
// time: buffers have room for a multiple of 16.

/** Masks below a split: the bit of its feature is cleared on the side that the row does not go. */
export function followSplit(codes: usize, code: i32, bit: i32, above: usize, left: usize, right: usize, count: usize): void {
  const limit = i8x16.splat(<i8>code);
  const bits = i8x16.splat(<i8>bit);
  for (let row: usize = 0; row < count; row += 16) {
    const mask = v128.load(above + row);
    const isRight = i8x16.gt_s(v128.load(codes + row), limit);
    v128.store(left + row, v128.andnot(mask, v128.and(bits, isRight)));
    v128.store(right + row, v128.andnot(mask, v128.andnot(bits, isRight)));
  }
}

/**
 * Patterns of a group: the kept bits of the mask, and above them one bit per split, set when the row goes left.
 *
 * @param splits  0 … 3, of which (codes, code) are given; those of absent splits do not matter
 */
export function makePatterns(
  mask: usize,
  above: i32,
  splits: i32,
  codes0: usize,
  code0: i32,
  codes1: usize,
  code1: i32,
  codes2: usize,
  code2: i32,
  into: usize,
  count: usize,
): void {
  const kept = i8x16.splat(<i8>((<i32>1 << above) - 1));
  const limit0 = i8x16.splat(<i8>code0);
  const limit1 = i8x16.splat(<i8>code1);
  const limit2 = i8x16.splat(<i8>code2);
  const bit0 = i8x16.splat(splits > 0 ? <i8>(<i32>1 << above) : <i8>0);
  const bit1 = i8x16.splat(splits > 1 ? <i8>(<i32>2 << above) : <i8>0);
  const bit2 = i8x16.splat(splits > 2 ? <i8>(<i32>4 << above) : <i8>0);
  for (let row: usize = 0; row < count; row += 16) {
    let pattern = v128.and(v128.load(mask + row), kept);
    pattern = v128.or(pattern, v128.andnot(bit0, i8x16.gt_s(v128.load(codes0 + row), limit0)));
    pattern = v128.or(pattern, v128.andnot(bit1, i8x16.gt_s(v128.load(codes1 + row), limit1)));
    pattern = v128.or(pattern, v128.andnot(bit2, i8x16.gt_s(v128.load(codes2 + row), limit2)));
    v128.store(into + row, pattern);
  }
}

/**
 * Adds `table[pattern][feature]` to the effects, two rows and two features at a time.
 *
 * @param columns  i32 address of the effects of each feature, f64 by row
 */
export function addGroup(patterns: usize, table: usize, width: usize, columns: usize, count: usize): void {
  const line = width << 3;
  let feature: usize = 0;
  for (; feature + 2 <= width; feature += 2) {
    const own = table + (feature << 3);
    const first = <usize>load<u32>(columns + (feature << 2));
    const second = <usize>load<u32>(columns + (feature << 2), 4);
    for (let row: usize = 0; row < count; row += 2) {
      const here = v128.load(own + <usize>load<u8>(patterns + row) * line);
      const next = v128.load(own + <usize>load<u8>(patterns + row, 1) * line);
      const at = row << 3;
      v128.store(first + at, f64x2.add(v128.load(first + at), v128.shuffle<f64>(here, next, 0, 2)));
      v128.store(second + at, f64x2.add(v128.load(second + at), v128.shuffle<f64>(here, next, 1, 3)));
    }
  }
  if (feature < width) {
    const own = table + (feature << 3);
    const first = <usize>load<u32>(columns + (feature << 2));
    for (let row: usize = 0; row < count; row++) {
      const at = first + (row << 3);
      store<f64>(at, load<f64>(at) + load<f64>(own + <usize>load<u8>(patterns + row) * line));
    }
  }
}

// @ts-ignore: decorator
@inline
function leftBit(question: usize): i32 {
  return i32(load<i32>(<usize>load<u32>(question)) <= load<i32>(question, 4)) * load<i32>(question, 8);
}

// @ts-ignore: decorator
@inline
function addTo(column: usize, value: f64): void {
  store<f64>(column, load<f64>(column) + value);
}

/**
 * All tables for one row, which for the kernels above would be some thousand calls. A question is the address of a code, its
 * limit and a bit that counts when the row goes left.
 *
 * @param steps     a question, and the addresses of the masks above, left and right: 6 words each
 * @param groups    the address of a mask, the bits kept of it, three questions: 11 words each
 * @param patterns  one byte per group
 * @param lookups   the addresses of a pattern, of a table with lines of eight numbers, and of what these are added to: 10 words each
 */
export function explainRow(
  steps: usize,
  stepCount: usize,
  groups: usize,
  groupCount: usize,
  patterns: usize,
  lookups: usize,
  lookupCount: usize,
): void {
  for (let step = steps, end = steps + stepCount * 24; step < end; step += 24) {
    const mask = <i32>load<u8>(<usize>load<u32>(step, 12));
    const bit = load<i32>(step, 8);
    const left = leftBit(step);
    store<u8>(<usize>load<u32>(step, 16), mask & ~(bit ^ left));
    store<u8>(<usize>load<u32>(step, 20), mask & ~left);
  }
  for (let group: usize = 0, at = groups; group < groupCount; group++, at += 44) {
    const kept = <i32>load<u8>(<usize>load<u32>(at)) & load<i32>(at, 4);
    store<u8>(patterns + group, kept | leftBit(at + 8) | leftBit(at + 20) | leftBit(at + 32));
  }
  for (let at = lookups, end = lookups + lookupCount * 40; at < end; at += 40) {
    const line = <usize>load<u32>(at, 4) + ((<usize>load<u8>(<usize>load<u32>(at))) << 6);
    addTo(<usize>load<u32>(at, 8), load<f64>(line));
    addTo(<usize>load<u32>(at, 12), load<f64>(line, 8));
    addTo(<usize>load<u32>(at, 16), load<f64>(line, 16));
    addTo(<usize>load<u32>(at, 20), load<f64>(line, 24));
    addTo(<usize>load<u32>(at, 24), load<f64>(line, 32));
    addTo(<usize>load<u32>(at, 28), load<f64>(line, 40));
    addTo(<usize>load<u32>(at, 32), load<f64>(line, 48));
    addTo(<usize>load<u32>(at, 36), load<f64>(line, 56));
  }
}
