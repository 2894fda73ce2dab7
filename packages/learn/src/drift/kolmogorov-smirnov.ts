import { exp } from "../arithmetic/exponential.js";

/**
 * Two-sample Kolmogorov–Smirnov test: the largest distance between the two distribution functions (missing values left
 * out), and the chance of at least this distance if both samples came from one distribution. The chance is asymptotic
 * with Stephens' correction: good from about 20 rows a side. With many rows every difference is significant: judge the
 * distance first.
 *
 * Cost: O(rows · log rows). A side without values: distance 0, chance 1.
 */
export function kolmogorovSmirnov(first: Float64Array, second: Float64Array): { distance: number; chance: number } {
  const a = first.filter((value) => !Number.isNaN(value)).sort();
  const b = second.filter((value) => !Number.isNaN(value)).sort();
  if (a.length === 0 || b.length === 0) return { distance: 0, chance: 1 };
  const distance = largestDistance(a, b);
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { distance, chance: kolmogorovTail((root + 0.12 + 0.11 / root) * distance) };
}

function largestDistance(a: Float64Array, b: Float64Array): number {
  let [inA, inB, distance] = [0, 0, 0];
  while (inA < a.length && inB < b.length) {
    const value = Math.min(a[inA], b[inB]);
    while (inA < a.length && a[inA] === value) inA++;
    while (inB < b.length && b[inB] === value) inB++;
    distance = Math.max(distance, Math.abs(inA / a.length - inB / b.length));
  }
  return distance;
}

/** Survival function of the Kolmogorov distribution; each of its two series where it converges at once. */
function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1.18) {
    const exponent = (Math.PI * Math.PI) / (8 * x * x);
    const sum = exp(-exponent) + exp(-9 * exponent) + exp(-25 * exponent) + exp(-49 * exponent);
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  const exponent = 2 * x * x;
  return 2 * (exp(-exponent) - exp(-4 * exponent) + exp(-9 * exponent) - exp(-16 * exponent));
}
