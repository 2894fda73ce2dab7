import type { OutputSpace } from "../model/model.js";

/**
 * What boosting descends: gradients and hessians by row for one output at a time, and the mean loss that early stopping
 * watches. `scores[output][row]` is the raw prediction so far.
 */
export interface Loss {
  readonly space: OutputSpace;
  readonly outputCount: number;
  /** True when every hessian is 1: none is written. */
  readonly isUnit: boolean;
  /** Raw prediction before the first tree. */
  readonly base: Float64Array;
  /** Called once a round, before the gradients of its outputs. */
  startRound(scores: readonly Float64Array[]): void;
  /** Writes gradient (and hessian) of one output for every row. */
  gradients(scores: readonly Float64Array[], output: number, gradient: Float64Array, hessian: Float64Array): void;
  /** Mean loss of other rows: targets as `measure` of the loss's own kind expects them. */
  measure(scores: readonly Float64Array[], target: ArrayLike<number>): number;
}
