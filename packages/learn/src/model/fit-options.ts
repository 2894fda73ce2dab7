import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel, Target } from "./model.js";

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
  /** Boosting goes on from this model: its trees come first, and `trees` more follow. */
  readonly continueFrom?: FittedModel;
  /** Called by a random forest with what its trees answer for the rows that they did not learn from. */
  readonly onOutOfBag?: (outOfBag: OutOfBag) => void;
}

/** Raw outputs of training rows by the trees of a forest that did not learn from them: an honest score without a test part. */
export interface OutOfBag {
  /** [output][row]; NaN for a row that every tree learned from. */
  readonly raw: readonly Float64Array[];
}
