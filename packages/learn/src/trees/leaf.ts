/** How a leaf is split. */
export interface Split {
  /** What the loss loses, in twice its unit. */
  readonly gain: number;
  readonly feature: number;
  /** Last bin that goes left; nothing for a category. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
  /** Bins that go left, 256 bits, where the feature is a category. */
  readonly set: Uint8Array | null;
}

/** A leaf while its tree grows. Its rows are consecutive in the array of row numbers, and so are its followers. */
export interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly begin: number;
  readonly count: number;
  /** Rows that the tree does not learn from but that its leaves answer: left out by sampling, or for validation. */
  readonly followersBegin: number;
  readonly followersCount: number;
  /** Sums over its rows; the hessian is the number of draws where hessians are 1. */
  readonly gradient: number;
  readonly hessian: number;
  /** Sums by class and number of draws, for forests of several classes. */
  readonly totals: Float64Array | null;
  /** Between them lies its value. */
  readonly lower: number;
  readonly upper: number;
  /** Shrinks its value beside l2: LightGBM's rule for leaves that a category made. */
  readonly extraL2: number;
  /** Its histogram in the pool; -1: none is kept. */
  slot: number;
  split: Split | null;
}

/** Where a new leaf stands in tree and index. */
export type Placement = Pick<Leaf, "node" | "depth" | "begin" | "count" | "followersBegin" | "followersCount">;

/** A leaf without a split yet. */
export function newLeaf(
  place: Placement,
  gradient: number,
  hessian: number,
  lower: number,
  upper: number,
  extraL2: number,
): Leaf {
  return {
    node: place.node,
    depth: place.depth,
    begin: place.begin,
    count: place.count,
    followersBegin: place.followersBegin,
    followersCount: place.followersCount,
    gradient,
    hessian,
    totals: null,
    lower,
    upper,
    extraL2,
    slot: -1,
    split: null,
  };
}

/** Which side a bin takes. */
export function goesLeft(split: Split, bin: number, valueBins: number): boolean {
  if (bin === valueBins) return split.missingLeft;
  if (split.set !== null) return (split.set[bin >>> 3] & (1 << (bin & 7))) !== 0;
  return bin <= split.bin;
}
