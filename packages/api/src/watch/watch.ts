import type { DriftDecision } from "./drift-decisions.js";
import type { RequestDrift } from "./request-drift.js";
import type { Traffic } from "./traffic.js";

/** What is asked of a pipeline, and whether it still looks like training. */
export interface Watch {
  readonly pipeline: string;
  readonly traffic: Traffic;
  /** null: no version is live. */
  readonly requests: RequestDrift | null;
  /** On batches, the newest first. */
  readonly decisions: readonly DriftDecision[];
}
