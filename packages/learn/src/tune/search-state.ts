import type { LearnerSpecification } from "./resolve-parameters.js";
import type { SearchSpace } from "./search-space.js";

export type SearchKind = "tpe" | "random" | "grid";

/** One trial of a search. */
export interface SearchTrial {
  /** From 0, in the order in which they were suggested. */
  readonly number: number;
  readonly specification: LearnerSpecification;
  /** Share of the full effort (trees) that it may use; 1 unless the search prunes. */
  readonly budget: number;
  /** The trial that first tried these parameters; its own number for new ones. */
  readonly first: number;
}

export interface TrialRecord extends SearchTrial {
  readonly state: "running" | "done" | "failed";
  /** Null unless done. */
  readonly score: number | null;
}

/** All that a search knows. Plain data: it can be stored, and a search goes on from it as if it had never stopped. */
export interface SearchState {
  readonly kind: SearchKind;
  readonly space: SearchSpace;
  readonly better: "higher" | "lower";
  readonly seed: number;
  /** Most trials; those of a small budget count too. */
  readonly trials: number;
  /** Successive halving; null: every trial has the full budget. */
  readonly rungs: Rungs | null;
  readonly records: readonly TrialRecord[];
}

/**
 * Budgets of successive halving: every trial begins with `least` (a share of the full effort), and of those that ended
 * with a budget the best 1 / `factor` go on with `factor` times as much, up to 1.
 */
export interface Rungs {
  readonly least: number;
  readonly factor: number;
}
