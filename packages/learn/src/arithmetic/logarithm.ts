import { LN2_HIGH, LN2_LOW, powerOfTwo, productError } from "./parts.js";

const TWO_THIRDS = 0.6666666666666666;
const TWO_THIRDS_REST = 3.700743415417188e-17;
/** Numbers below are scaled up first: no step may meet subnormal numbers, which have fewer digits. */
const TINY = 1e-290;
const TWO_TO_54 = 18_014_398_509_481_984;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Place of the word that holds sign and exponent: 1 on a little-endian machine. */
const HEAD = headWord();

function headWord(): number {
  double[0] = 1;
  return words[1] === 0 ? 0 : 1;
}

/** Exponent of the last mantissa: `x = 2^exponent · mantissa`. */
let exponent = 0;
/** What the last `logParts` lacks. */
let low = 0;

/** The mantissa of a positive finite number, about √½ to √2; sets `exponent`. */
function mantissaOf(x: number): number {
  const isTiny = x < TINY;
  const normal = isTiny ? x * TWO_TO_54 : x;
  double[0] = normal;
  // Less the head of √½: the exponent goes up by one where the mantissa reaches √2, without a branch.
  const whole = (words[HEAD] - 0x3fe6a09e) >> 20;
  exponent = isTiny ? whole - 54 : whole;
  return normal * 0.25 * powerOfTwo(2 - whole);
}

/**
 * (log((1 + s) / (1 − s)) − 2s − 2s³/3) / s⁵ as a function of z = s², |s| ≤ 0.1716; minimax, its error below 2^-58.
 * See goldens/arithmetic/coefficients.py.
 */
function tailOfLogarithm(z: number): number {
  const z2 = z * z;
  const first = 0.4 + z * 0.28571428571429375 + z2 * (0.2222222222165098 + z * 0.18181818336401417);
  const second = 0.15384594863797357 + z * 0.13334809652926205 + z2 * (0.11706112834910044 + z * 0.11724386817711896);
  return first + z2 * z2 * second;
}

/** exponent · ln 2 + log(1 + f) + correction. */
function logOfFraction(f: number, scale: number, correction: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = 0.5 * f * f;
  const series = z * (TWO_THIRDS + z * tailOfLogarithm(z));
  return scale * LN2_HIGH - (halfSquare - (s * (halfSquare + series) + (scale * LN2_LOW + correction)) - f);
}

/** Natural logarithm: -Infinity of 0, NaN below. Measured error below 0.8 ulp. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const mantissa = mantissaOf(x);
  return logOfFraction(mantissa - 1, exponent, 0);
}

/** log(1 + x), exact for small x too: -Infinity of -1, NaN below. Measured error below 0.85 ulp. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x > -1e-17 && x < 1e-17) return x;
  if (x > -0.2928932 && x < 0.4142135) return logOfFraction(x, 0, 0);
  if (x > 9_007_199_254_740_992) return log(x);
  const sum = 1 + x;
  const lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);
  const mantissa = mantissaOf(sum);
  return logOfFraction(mantissa - 1, exponent, lost / sum);
}

/** Natural logarithm of a positive finite number; with `logRest()` right to about 2^-64 of its size. */
export function logParts(x: number): number {
  const f = mantissaOf(x) - 1;
  const divisor = 2 + f;
  const divisorRest = f - (divisor - 2);
  const s = f / divisor;
  const product = s * divisor;
  const sRest = (f - product - productError(s, divisor, product) - s * divisorRest) / divisor;
  const z = s * s;
  const zRest = productError(s, s, z) + 2 * s * sRest;
  const cube = s * z;
  const cubeRest = productError(s, z, cube) + s * zRest + sRest * z;
  const third = cube * TWO_THIRDS;
  const thirdRest = productError(cube, TWO_THIRDS, third) + cube * TWO_THIRDS_REST + cubeRest * TWO_THIRDS;
  const whole = exponent * LN2_HIGH;
  const first = whole + 2 * s;
  const second = first + third;
  const lost = whole - first + 2 * s + (first - second + third);
  const rest = lost + (exponent * LN2_LOW + 2 * sRest + thirdRest + cube * z * tailOfLogarithm(z));
  const high = second + rest;
  low = second - high + rest;
  return high;
}

/** What the last `logParts` lacks to the exact logarithm. */
export function logRest(): number {
  return low;
}
