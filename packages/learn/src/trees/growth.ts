import type { BinnedTable } from "../binning/binned-table.js";
import type { Random } from "../random/random.js";
import type { Leaf, Placement } from "./leaf.js";
import type { Team } from "./team.js";

/** What a split must keep to, and how far a tree grows. */
export interface GrowthLimits {
  /** Most leaves; 0: no limit. */
  readonly leaves: number;
  /** Most splits above a leaf; 0 or less: no limit but `DEEPEST`. */
  readonly depth: number;
  readonly minLeafRows: number;
  /** A split must gain more. */
  readonly minGain: number;
  /** Features that one split search looks at; it looks further while it found no split. */
  readonly featuresPerSplit: number;
}

/** What one tree is grown from; the numbers of its rows stand in the growth memory's index. */
export interface TreeTask {
  readonly rowCount: number;
  /** Rows behind those, which only follow. */
  readonly followerCount: number;
  /** True where the rows are 0, 1, 2, … in their order. */
  readonly isEveryRow: boolean;
  /** Ascending; fewer than all only where `featuresPerSplit` is all. */
  readonly features: Int32Array;
  readonly random: Random;
  /** Gain that rounding alone may give. */
  readonly noise: number;
}

/** Where trees grow: the table, its threads, and the packed gradients by row. */
export interface Ground {
  readonly table: BinnedTable;
  readonly team: Team;
  readonly packed: number;
}

/** Finds the best splits of leaves. */
export interface SplitSearch {
  startTree(task: TreeTask): void;
  /** The root, which has all rows of the tree. */
  root(node: number): Leaf;
  /** Finds the split of one leaf from its rows. */
  evaluate(leaf: Leaf): void;
  /** Finds the splits of two siblings; `slot` is that of their parent's histogram, or -1. */
  evaluateSiblings(left: Leaf, right: Leaf, slot: number): void;
  /** Sums of the two sides of a split, once its rows are parted. */
  part(leaf: Leaf, left: Placement, right: Placement): [Leaf, Leaf];
  /** Takes a leaf's histogram for its children; -1: it has none. */
  takeSlot(leaf: Leaf): number;
  release(leaf: Leaf): void;
}

/** No tree grows deeper, whatever its limit: explaining a row recurses as deep as the tree. */
export const DEEPEST = 1_000;
