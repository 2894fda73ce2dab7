/** ln 2 as a sum of two doubles: of the first, 20-bit multiples are exact. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;
/** ln 2 to the nearest double, and what that lacks. */
export const LN2 = Math.LN2;
export const LN2_REST = 2.3190468138462996e-17;

const LEAST_EXPONENT = -1022;

/** 2^exponent by `exponent - LEAST_EXPONENT`, for every normal double. */
const POWERS_OF_TWO = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046);
  powers[-LEAST_EXPONENT] = 1;
  for (let exponent = 1; exponent <= 1023; exponent++) {
    powers[exponent - LEAST_EXPONENT] = 2 * powers[exponent - 1 - LEAST_EXPONENT];
  }
  for (let exponent = -1; exponent >= LEAST_EXPONENT; exponent--) {
    powers[exponent - LEAST_EXPONENT] = powers[exponent + 1 - LEAST_EXPONENT] / 2;
  }
  return powers;
}

/** 2^exponent, exponent whole, -1022 to 1023. */
export function powerOfTwo(exponent: number): number {
  return POWERS_OF_TWO[exponent - LEAST_EXPONENT];
}

/** `value · 2^exponent`, rounded once; value in (-2, 2), exponent whole, -1080 to 1024. NaN where one of them is. */
export function scaleByPowerOfTwo(value: number, exponent: number): number {
  if (exponent > 1023) return value * 2 * POWERS_OF_TWO[exponent - 1 - LEAST_EXPONENT];
  if (exponent < -1021) return (value * POWERS_OF_TWO[exponent + 60 - LEAST_EXPONENT]) / 1.152921504606847e18;
  return Number.isNaN(exponent) ? value : value * POWERS_OF_TWO[exponent - LEAST_EXPONENT];
}

/** 2^27 + 1: splits a double into two halves of 26 bits. */
const SPLITTER = 134_217_729;

/**
 * What rounding took from `product = first · second`, exactly; the factors below 2^990 and the product's parts normal.
 *
 * @see Dekker 1971, A floating-point technique for extending the available precision
 */
export function productError(first: number, second: number, product: number): number {
  const firstWide = SPLITTER * first;
  const firstHigh = firstWide - (firstWide - first);
  const firstLow = first - firstHigh;
  const secondWide = SPLITTER * second;
  const secondHigh = secondWide - (secondWide - second);
  const secondLow = second - secondHigh;
  return firstHigh * secondHigh - product + firstHigh * secondLow + firstLow * secondHigh + firstLow * secondLow;
}
