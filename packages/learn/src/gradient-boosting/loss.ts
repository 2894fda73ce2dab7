import type { packModes } from "../kernels/layout.js";
import type { OutputSpace } from "../model/model.js";

/** What boosting descends. Gradients and hessians are the kernels' work (assembly/gradients.ts); this says which. */
export interface Loss {
  readonly space: OutputSpace;
  readonly outputCount: number;
  /** Number of the loss, and what belongs to it: the bend of Huber's, the share of a quantile, the factor of the hessian. */
  readonly kernel: number;
  readonly parameter: number;
  readonly mode: (typeof packModes)[keyof typeof packModes];
  /** By row of training: the value on the fitted scale, or the class. */
  readonly target: Float64Array;
  readonly weights: Float64Array | null;
  /** Raw prediction before the first tree. */
  readonly base: Float64Array;
  /** A leaf answers this quantile of what its rows still lack; null: what the gradients say. */
  readonly renewal: number | null;
  /** Mean loss of other rows; `scores[output][row]` is the raw prediction so far. */
  measure(scores: readonly Float64Array<ArrayBufferLike>[], target: ArrayLike<number>): number;
}
