import type { BinnedTable } from "../binning/binned-table.js";
import type { OutputSpace } from "../model/model.js";
import type { Ground, GrowthLimits, SplitSearch } from "../trees/growth.js";
import type { GrowthMemory } from "../trees/growth-memory.js";
import type { Leaf } from "../trees/leaf.js";
import type { Team } from "../trees/team.js";

/** What a forest minimises: variance of a number, or Gini impurity of classes. */
export interface ForestCriterion {
  readonly space: OutputSpace;
  readonly base: Float64Array;
  /** How a leaf answers: one number, or one a class. */
  readonly valuesPerLeaf: number;
  /** Allocates what it needs, to be filled before the first tree. */
  prepare(table: BinnedTable, memory: GrowthMemory): void;
  /** After everything is allocated. */
  createSearch(team: Team, limits: GrowthLimits): { ground: Ground; search: SplitSearch };
  /** Learns how often each row was drawn; returns the gain that rounding alone may give. */
  startTree(draws: Float64Array, bag: Int32Array, count: number): number;
  /** What a leaf answers. */
  valueOf(leaf: Leaf, output: number): number;
}
