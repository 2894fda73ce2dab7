import { ascendingOrder } from "../order/ascending-order.js";

/**
 * Benjamini–Hochberg: chances of several tests, corrected so that rejecting those of at most q lets a share of at most q
 * of the rejections be false, on average. A missing (NaN) chance stays missing and does not count as a test.
 *
 * @see Benjamini, Hochberg 1995 · goldens/statistics (SciPy's `false_discovery_control`)
 */
export function benjaminiHochberg(chances: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(chances);
  const order = ascendingOrder(values).filter((test) => !Number.isNaN(values[test]));
  const corrected = new Float64Array(values.length).fill(Number.NaN);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const test = order[rank - 1];
    least = Math.min(least, (values[test] * order.length) / rank);
    corrected[test] = least;
  }
  return corrected;
}
