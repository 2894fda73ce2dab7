// Values to codes: how many thresholds lie below, less 2^7 (one byte) or 2^15 (two).

// @ts-expect-error: decorator
@inline
function codes<Code>(
  values: usize,
  count: usize,
  thresholds: usize,
  steps: i32,
  missing: i32,
  isFloat32: i32,
  into: usize,
  lowest: i32,
): void {
  const first: usize = 8 << (<usize>steps - 1);
  for (let row: usize = 0; row < count; row++) {
    let value = load<f64>(values + (row << 3));
    if (isFloat32) value = <f64>(<f32>value);
    let below: usize = 0;
    for (let half = first; half >= 8; half >>= 1) below += select<usize>(half, 0, load<f64>(thresholds + below + half - 8) < value);
    store<Code>(into + row * sizeof<Code>(), <Code>(value === value ? <i32>(below >>> 3) + lowest : missing));
  }
}

/**
 * @param values      f64 of consecutive rows
 * @param thresholds  f64, ascending, padded with Infinity to 2^steps - 1
 * @param missing     code of NaN
 * @param isFloat32   1: values are rounded to float32 first
 * @param into        i8
 */
export function codeNumbers(values: usize, count: usize, thresholds: usize, steps: i32, missing: i32, isFloat32: i32, into: usize): void {
  codes<i8>(values, count, thresholds, steps, missing, isFloat32, into, -128);
}

/** As `codeNumbers`, into i16. */
export function codeNumbersWide(values: usize, count: usize, thresholds: usize, steps: i32, missing: i32, isFloat32: i32, into: usize): void {
  codes<i16>(values, count, thresholds, steps, missing, isFloat32, into, -32768);
}
