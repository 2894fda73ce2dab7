import { log } from "../arithmetic/logarithm.js";
import { sortedValues } from "../order/ascending-order.js";
import { total } from "./chi-square.js";

/**
 * Jensen–Shannon distance (the square root of the divergence, base 2) of two vectors of counts or shares over the same
 * categories: 0 equal, 1 nothing in common. One side empty: 0.
 *
 * @see goldens/statistics (SciPy's `jensenshannon(base=2)`)
 */
export function jensenShannon(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const firstTotal = total(first);
  const secondTotal = total(second);
  if (firstTotal === 0 || secondTotal === 0) return 0;
  let divergence = 0;
  for (let category = 0; category < first.length; category++) {
    const p = first[category] / firstTotal;
    const q = second[category] / secondTotal;
    const middle = (p + q) / 2;
    if (p > 0) divergence += p * log(p / middle);
    if (q > 0) divergence += q * log(q / middle);
  }
  return Math.sqrt(Math.max(0, divergence) / (2 * Math.LN2));
}

/**
 * First Wasserstein ("earth mover's") distance of two samples, in their unit: the area between their distribution
 * functions. Missing values are left out; one side empty: 0. Cost: O(rows).
 *
 * @see goldens/statistics (SciPy's `wasserstein_distance`)
 */
export function wasserstein(first: Float64Array, second: Float64Array): number {
  const a = ascendingPresent(first);
  const b = ascendingPresent(second);
  if (a.length === 0 || b.length === 0) return 0;
  let [inA, inB, area] = [0, 0, 0];
  let before = Math.min(a[0], b[0]);
  while (inA < a.length || inB < b.length) {
    const value = inB === b.length || (inA < a.length && a[inA] < b[inB]) ? a[inA] : b[inB];
    area += Math.abs(inA / a.length - inB / b.length) * (value - before);
    while (inA < a.length && a[inA] === value) inA++;
    while (inB < b.length && b[inB] === value) inB++;
    before = value;
  }
  return area;
}

function ascendingPresent(values: Float64Array): Float64Array {
  const sorted = sortedValues(values);
  let end = sorted.length;
  while (end > 0 && Number.isNaN(sorted[end - 1])) end--;
  return sorted.subarray(0, end);
}
