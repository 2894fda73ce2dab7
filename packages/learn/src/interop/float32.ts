/** 2^-149. */
const LEAST_FLOAT32 = 1.401298464324817e-45;

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The float32 next above a float32 value; infinity above the largest. */
export function nextFloat32(value: number): number {
  if (value === 0) return LEAST_FLOAT32;
  single[0] = value;
  bits[0] += value > 0 ? 1 : -1;
  return single[0];
}

/** The float32 next below a float32 value; minus infinity below the lowest. */
export function previousFloat32(value: number): number {
  return -nextFloat32(-value);
}

/** The least float32 above any number: for float32 values `value <= number` is the same as `value < leastFloat32Above(number)`. */
export function leastFloat32Above(number: number): number {
  const nearest = Math.fround(number);
  return nearest > number ? nearest : nextFloat32(nearest);
}

/** The shortest decimal text that reads back as the same float32; always with a point or an exponent, as XGBoost asks of a float. */
export function float32Text(value: number): string {
  const nearest = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(nearest.toPrecision(digits));
    if (Math.fround(short) !== nearest) continue;
    const text = Object.is(nearest, -0) ? "-0" : String(short);
    return /[.e]/.test(text) ? text : `${text}.0`;
  }
  throw new RangeError(`${value} is no finite number`);
}
