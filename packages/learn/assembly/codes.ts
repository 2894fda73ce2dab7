// Values to codes: how many thresholds lie below, less 2^7 (one byte) or 2^15 (two).

// @ts-ignore: decorator
@inline
function valueAt(values: usize, row: usize, isFloat32: i32): f64 {
  const value = load<f64>(values + (row << 3));
  return isFloat32 ? <f64>(<f32>value) : value;
}

// @ts-ignore: decorator
@inline
function step(thresholds: usize, below: usize, half: usize, value: f64): usize {
  return below + select<usize>(half, 0, load<f64>(thresholds + below + half - 8) < value);
}

// @ts-ignore: decorator
@inline
function put<Code>(value: f64, below: usize, lowest: i32, row: usize, missing: i32, into: usize, otherMissing: i32, other: usize): void {
  const code = <i32>(below >>> 3) + lowest;
  const isMissing = isNaN<f64>(value);
  store<Code>(into + row * sizeof<Code>(), <Code>select<i32>(missing, code, isMissing));
  if (other) store<Code>(other + row * sizeof<Code>(), <Code>select<i32>(otherMissing, code, isMissing));
}

/** Searches without branches, eight rows abreast: one step waits for the one before. Up to seven rows more are read and written. */
// @ts-ignore: decorator
@inline
function codes<Code>(
  values: usize,
  count: usize,
  thresholds: usize,
  steps: i32,
  missing: i32,
  isFloat32: i32,
  into: usize,
  otherMissing: i32,
  other: usize,
  lowest: i32,
): void {
  const first: usize = 8 << (<usize>steps - 1);
  for (let row: usize = 0; row < count; row += 8) {
    const a = valueAt(values, row, isFloat32);
    const b = valueAt(values, row + 1, isFloat32);
    const c = valueAt(values, row + 2, isFloat32);
    const d = valueAt(values, row + 3, isFloat32);
    const e = valueAt(values, row + 4, isFloat32);
    const f = valueAt(values, row + 5, isFloat32);
    const g = valueAt(values, row + 6, isFloat32);
    const h = valueAt(values, row + 7, isFloat32);
    let belowA: usize = 0;
    let belowB: usize = 0;
    let belowC: usize = 0;
    let belowD: usize = 0;
    let belowE: usize = 0;
    let belowF: usize = 0;
    let belowG: usize = 0;
    let belowH: usize = 0;
    for (let half = first; half >= 8; half >>= 1) {
      belowA = step(thresholds, belowA, half, a);
      belowB = step(thresholds, belowB, half, b);
      belowC = step(thresholds, belowC, half, c);
      belowD = step(thresholds, belowD, half, d);
      belowE = step(thresholds, belowE, half, e);
      belowF = step(thresholds, belowF, half, f);
      belowG = step(thresholds, belowG, half, g);
      belowH = step(thresholds, belowH, half, h);
    }
    put<Code>(a, belowA, lowest, row, missing, into, otherMissing, other);
    put<Code>(b, belowB, lowest, row + 1, missing, into, otherMissing, other);
    put<Code>(c, belowC, lowest, row + 2, missing, into, otherMissing, other);
    put<Code>(d, belowD, lowest, row + 3, missing, into, otherMissing, other);
    put<Code>(e, belowE, lowest, row + 4, missing, into, otherMissing, other);
    put<Code>(f, belowF, lowest, row + 5, missing, into, otherMissing, other);
    put<Code>(g, belowG, lowest, row + 6, missing, into, otherMissing, other);
    put<Code>(h, belowH, lowest, row + 7, missing, into, otherMissing, other);
  }
}

/**
 * @param values      f64 of consecutive rows
 * @param thresholds  f64, ascending, padded with Infinity to 2^steps - 1
 * @param missing     code of NaN
 * @param isFloat32   1: values are rounded to float32 first
 * @param into        i8
 * @param other       the same codes, but for what is missing; 0: not wanted
 */
export function codeNumbers(values: usize, count: usize, thresholds: usize, steps: i32, missing: i32, isFloat32: i32, into: usize, otherMissing: i32, other: usize): void {
  codes<i8>(values, count, thresholds, steps, missing, isFloat32, into, otherMissing, other, -128);
}

/** As `codeNumbers`, into i16. */
export function codeNumbersWide(values: usize, count: usize, thresholds: usize, steps: i32, missing: i32, isFloat32: i32, into: usize, otherMissing: i32, other: usize): void {
  codes<i16>(values, count, thresholds, steps, missing, isFloat32, into, otherMissing, other, -32768);
}
