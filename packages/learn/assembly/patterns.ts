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
