import { distributionDistance } from "./distribution-distance.js";
import { twoSampleChance } from "./two-sample-chance.js";

/**
 * Two-sample Kolmogorov–Smirnov test: the largest distance between the two distribution functions (missing values left
 * out), and the chance of at least this distance if both samples came from one distribution, as SciPy's `ks_2samp` gives
 * it: exact up to 10,000 rows a side, asymptotic above. With many rows every difference is significant: judge the distance
 * first.
 *
 * Cost: O(rows), and at most O(first · second) for the exact chance. A side without values: distance 0, chance 1.
 *
 * @see goldens/statistics (SciPy)
 */
export function kolmogorovSmirnov(first: Float64Array, second: Float64Array): { distance: number; chance: number } {
  const a = present(first);
  const b = present(second);
  if (a.length === 0 || b.length === 0) return { distance: 0, chance: 1 };
  const distance = distributionDistance(a, b);
  return { distance, chance: twoSampleChance(a.length, b.length, distance) };
}

/** The values that are not missing; the same array where none is. */
function present(values: Float64Array): Float64Array {
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) return values.filter((value) => !Number.isNaN(value));
  }
  return values;
}
