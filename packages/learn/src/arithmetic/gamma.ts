import { exp } from "./exponential.js";
import { log1p } from "./logarithm.js";

const TWO_PI = 6.283185307179586;

/** log(n!) − log(√(2πn) (n/e)^n) for n = 1 … 15. */
const STIRLING_ERRORS = [
  0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193, 0.013876128823070748,
  0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287, 0.007573675487951841, 0.00694284010720953,
  0.006408994188004207, 0.0059513701127588475, 0.005554733551962801,
];

/**
 * What Stirling's formula lacks: log Γ(x + 1) − ((x + ½) log x − x + ½ log 2π), for x > 0.
 *
 * @see Loader 2000, Fast and accurate computation of binomial probabilities
 */
export function stirlingError(x: number): number {
  if (x <= 15 && Number.isInteger(x)) return STIRLING_ERRORS[x - 1];
  if (x < 15) return stirlingError(x + 1) + (x + 0.5) * log1p(1 / x) - 1;
  const square = x * x;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x;
}

/** x^a e^-x / Γ(a + 1) for a > 0, x > 0: small and large alike without overflow. */
function poissonDensity(a: number, x: number): number {
  const excess = (x - a) / a;
  return exp(-a * (excess - log1p(excess)) - stirlingError(a)) / Math.sqrt(TWO_PI * a);
}

const STEPS = 100_000;

/**
 * Regularised upper incomplete gamma function Q(a, x) for a ≥ ½, x ≥ 0: the chance that a Gamma(a) variable exceeds x.
 * Relative error about 1e-13 for a up to some thousands. Cost: O(√a) steps.
 */
export function upperGamma(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const density = poissonDensity(a, x);
  if (x < a + 1) {
    let term = 1;
    let sum = 1;
    for (let step = 1; step < STEPS && term > sum * 1e-17; step++) {
      term *= x / (a + step);
      sum += term;
    }
    return Math.max(0, 1 - density * sum);
  }
  return (density * a * continuedFraction(a, x)) / x;
}

/** x · e^x · x^-a · Γ(a, x) by Lentz's method. */
function continuedFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let step = 1; step < STEPS; step++) {
    const factor = -step * (step - a);
    b += 2;
    d = factor * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + factor / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value * x;
}
