import type { TreeEnsemble } from "../model/model.js";

/** A value this close to zero is zero to LightGBM (its `kZeroThreshold`, a float32). */
export const ZERO_WITHIN = Math.fround(1e-35);

/** A value of the matrix as the trees see it: rounded to float32 where they were fitted so, zero made missing where it counts so. */
export function valueForTrees(trees: TreeEnsemble, feature: number, value: number): number {
  const { zeroIsMissingByFeature } = trees;
  const seen = trees.precision === "float32" ? Math.fround(value) : value;
  const isZero = seen >= -ZERO_WITHIN && seen <= ZERO_WITHIN;
  return isZero && feature < zeroIsMissingByFeature.length && zeroIsMissingByFeature[feature] === 1 ? Number.NaN : seen;
}

/** Whether a value, as `valueForTrees` gives it, goes left at an inner node. */
export function goesLeft(trees: TreeEnsemble, node: number, value: number): boolean {
  const set = trees.categorySetByNode[node];
  if (set >= 0) {
    const member = isInSet(trees, set, value);
    return member ?? trees.missingLeftByNode[node] === 1;
  }
  return value <= trees.thresholdByNode[node] || (Number.isNaN(value) && trees.missingLeftByNode[node] === 1);
}

/** Whether a category is in a set; null for what counts as missing: NaN, below 0, past the last bit. */
function isInSet({ categorySetStart, categoryWords }: TreeEnsemble, set: number, value: number): boolean | null {
  const start = categorySetStart[set];
  // Cut to a whole number as the libraries do; written so that NaN fails.
  const code = Math.trunc(value);
  if (!(code >= 0 && code < (categorySetStart[set + 1] - start) * 32)) return null;
  return ((categoryWords[start + (code >> 5)] >>> (code & 31)) & 1) === 1;
}
