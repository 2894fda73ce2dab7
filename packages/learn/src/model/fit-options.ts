import type { FeatureMatrix } from "../features/feature-plan.js";
import type { Target } from "./model.js";

/** What a learner learns from. */
export interface TrainingData {
  readonly matrix: FeatureMatrix;
  /** On its own scale: a learner that fits on log1p takes the logarithm itself. null for anomalies. */
  readonly target: Target | null;
  /** By row, not negative; a row of weight 0 counts only where bins are cut. Isolation forests know no weights. */
  readonly weights?: Float64Array;
  /** Rows on which early stopping measures the loss. */
  readonly validation?: { readonly matrix: FeatureMatrix; readonly target: Target };
}

export interface FitOptions {
  /** Whole number; the same seed, data and parameters give the same model. Default 0. */
  readonly seed?: number;
  /** Called after each tree (or round). */
  readonly onProgress?: (done: number, total: number) => void;
  /** Asked after each tree; true ends the fit with LEARN_FIT_STOPPED. */
  readonly shouldStop?: () => boolean;
  /** Boosting ends after so many rounds without a better loss on `validation`, and keeps the best round. Absent: all rounds. */
  readonly earlyStoppingRounds?: number;
}
