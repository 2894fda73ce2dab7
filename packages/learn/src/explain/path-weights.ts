/**
 * The paths of TreeSHAP: for each distinct feature on the way to a node the share of background rows that go the same
 * way (`zero`) and whether the explained row does (`one`, 1 or 0), and for each subset size the weight of the subsets.
 * A path lies in `[start, start + depth]` of the arrays; its first element stands for no feature.
 *
 * @see Lundberg et al. 2020, Nature Machine Intelligence 2, algorithm 2 (EXTEND, UNWIND)
 */
export class PathWeights {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;

  /** @param maxDepth  most splits above a leaf: each level of the recursion keeps a path of its own */
  constructor(maxDepth: number) {
    const size = ((maxDepth + 2) * (maxDepth + 3)) / 2;
    this.feature = new Int32Array(size);
    this.zero = new Float64Array(size);
    this.one = new Float64Array(size);
    this.weight = new Float64Array(size);
  }

  /** Copies a path of `length` elements to `to`, which lies behind it. */
  copy(from: number, to: number, length: number): void {
    const { feature, zero, one, weight } = this;
    for (let index = 0; index < length; index++) {
      feature[to + index] = feature[from + index];
      zero[to + index] = zero[from + index];
      one[to + index] = one[from + index];
      weight[to + index] = weight[from + index];
    }
  }

  /** Adds a feature as element `depth`. */
  extend(start: number, depth: number, zeroFraction: number, oneFraction: number, feature: number): void {
    const { weight } = this;
    this.feature[start + depth] = feature;
    this.zero[start + depth] = zeroFraction;
    this.one[start + depth] = oneFraction;
    weight[start + depth] = depth === 0 ? 1 : 0;
    for (let index = depth - 1; index >= 0; index--) {
      const share = weight[start + index] / (depth + 1);
      weight[start + index + 1] += oneFraction * share * (index + 1);
      weight[start + index] = zeroFraction * share * (depth - index);
    }
  }

  /** Takes element `element` out of a path whose last element is `depth`. */
  unwind(start: number, depth: number, element: number): void {
    const { feature, zero, one, weight } = this;
    const oneFraction = one[start + element];
    const zeroFraction = zero[start + element];
    let next = weight[start + depth];
    for (let index = depth - 1; index >= 0; index--) {
      if (oneFraction !== 0) {
        const old = weight[start + index];
        weight[start + index] = (next * (depth + 1)) / ((index + 1) * oneFraction);
        next = old - (weight[start + index] * zeroFraction * (depth - index)) / (depth + 1);
      } else {
        weight[start + index] = (weight[start + index] * (depth + 1)) / (zeroFraction * (depth - index));
      }
    }
    for (let index = element; index < depth; index++) {
      feature[start + index] = feature[start + index + 1];
      zero[start + index] = zero[start + index + 1];
      one[start + index] = one[start + index + 1];
    }
  }

  /** Sum of the weights that `unwind` would leave, without changing the path. */
  unwoundSum(start: number, depth: number, element: number): number {
    const { weight } = this;
    const oneFraction = this.one[start + element];
    const zeroFraction = this.zero[start + element];
    let sum = 0;
    if (oneFraction === 0) {
      for (let index = depth - 1; index >= 0; index--) sum += weight[start + index] / (depth - index);
      return (sum / zeroFraction) * (depth + 1);
    }
    let next = weight[start + depth];
    for (let index = depth - 1; index >= 0; index--) {
      const share = next / ((index + 1) * oneFraction);
      sum += share;
      next = weight[start + index] - share * zeroFraction * (depth - index);
    }
    return sum * (depth + 1);
  }
}
