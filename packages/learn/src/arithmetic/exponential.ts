import { LN2, LN2_HIGH, LN2_LOW, LN2_REST, productError, scaleByPowerOfTwo } from "./parts.js";

// Own versions because `Math.exp` and its kin may differ from one JavaScript engine to the next, and a result may not.
// Only + - * / and comparisons of doubles are used, in a fixed order: AssemblyScript and any other language that keeps
// to IEEE 754 gives the same bits. No product may be contracted with a sum (fma) when this is ported.

const INVERSE_LN2 = Math.LOG2E;
/** Adding and subtracting 1.5 · 2^52 rounds to the nearest whole number, ties to even. */
const ROUNDER = 6_755_399_441_055_744;
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019412;

/** Power of two of the last reduction, and the rest of the value that it returned: `e^x = 2^power · (value + rest)`. */
let power = 0;
let rest = 0;

/** (e^r − 1 − r − r²/2) / r³ on |r| ≤ ln 2 / 2; minimax, r³ times its error is below 2^-64. See goldens/arithmetic/coefficients.py. */
function cubicTail(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const first = 0.16666666666666685 + r * 0.04166666666666673 + r2 * (0.008333333333316739 + r * 0.0013888888888858538);
  const second = 0.00019841269897059757 + r * 2.4801587373565092e-5 + r2 * (2.7557234236104483e-6 + r * 2.755723350017665e-7);
  return first + r4 * (second + r4 * (2.5112240049738265e-8 + r * 2.092690240020502e-9));
}

/** e^(high + low) as `2^power · (value + rest)`, the value in [0.7, 1.42]; |high| below 2^20, low the rounding of high. */
function exponentialParts(high: number, low: number): number {
  power = high * INVERSE_LN2 + ROUNDER - ROUNDER;
  const rough = high - power * LN2_HIGH;
  const correction = power * LN2_LOW - low;
  const r = rough - correction;
  const tail = rough - r - correction + r * r * (0.5 + r * cubicTail(r));
  const sum = 1 + r;
  const lost = 1 - sum + r + tail;
  const value = sum + lost;
  rest = sum - value + lost;
  return value;
}

/** e^x. Measured error below 0.7 ulp. */
export function exp(x: number): number {
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < UNDERFLOW) return 0;
  const value = exponentialParts(x, 0);
  return scaleByPowerOfTwo(value, power);
}

/** e^(high + low): `low` is what rounding took from `high`. */
export function expOfParts(high: number, low: number): number {
  if (high > OVERFLOW + 1) return Number.POSITIVE_INFINITY;
  if (high < UNDERFLOW - 1) return 0;
  const value = exponentialParts(high, low);
  return scaleByPowerOfTwo(value, power);
}

/** 2^x. Measured error below 0.75 ulp. */
export function exp2(x: number): number {
  if (x > 1024) return Number.POSITIVE_INFINITY;
  if (x < -1076) return 0;
  const whole = x + ROUNDER - ROUNDER;
  const part = x - whole;
  const high = part * LN2;
  const value = exponentialParts(high, productError(part, LN2, high) + part * LN2_REST);
  return scaleByPowerOfTwo(value, whole + power);
}

/** e^x − 1, exact for small x too. Measured error below 0.82 ulp. */
export function expm1(x: number): number {
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < -40) return -1;
  if (x === 0) return x;
  if (x > -0.34657359 && x < 0.34657359) return x + x * x * (0.5 + x * cubicTail(x));
  if (x < 1.03972 && x > -1.03972) return expm1NearOne(x, x < 0 ? -1 : 1);
  const value = exponentialParts(x, 0);
  if (power > 60) return scaleByPowerOfTwo(value, power);
  const scaled = scaleByPowerOfTwo(value, power);
  const difference = scaled - 1;
  // What rounding took from the difference: the larger of the two goes first.
  const lost = scaled > 1 ? scaled - difference - 1 : scaled - (difference + 1);
  return difference + (lost + scaleByPowerOfTwo(rest, power));
}

/** e^x − 1 for x at one ln 2 from 0: the one cancels half of the sum, so that more of each term has to be kept. */
function expm1NearOne(x: number, sign: number): number {
  const rough = x - sign * LN2_HIGH;
  const correction = sign * LN2_LOW;
  const r = rough - correction;
  const square = r * r;
  const small = rough - r - correction + 0.5 * productError(r, r, square) + square * r * cubicTail(r);
  const scale = sign > 0 ? 2 : 0.5;
  // 2(1 + r + …) − 1 = 1 + 2(r + …), and (1 + r + …) / 2 − 1 = −1/2 + (r + …) / 2.
  const start = scale - 1;
  const first = start + scale * r;
  const lost = start - first + scale * r;
  const second = first + scale * 0.5 * square;
  return second + (first - second + scale * 0.5 * square + (lost + scale * small));
}

/** 1 / (1 + e^-x): the probability of log-odds. Measured error below 0.78 ulp; sigmoid(-x) keeps small probabilities. */
export function sigmoid(x: number): number {
  if (x > 40) return 1;
  if (x < -40) return exp(x);
  const value = exponentialParts(-x, 0);
  const odds = scaleByPowerOfTwo(value, power);
  const divisor = 1 + odds;
  const added = divisor - 1;
  const divisorRest = 1 - (divisor - added) + (odds - added) + scaleByPowerOfTwo(rest, power);
  const quotient = 1 / divisor;
  const product = quotient * divisor;
  return quotient + quotient * (1 - product - productError(quotient, divisor, product) - quotient * divisorRest);
}
