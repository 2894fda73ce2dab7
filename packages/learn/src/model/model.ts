/**
 * Trees as parallel flat arrays, all trees behind each other. `root[tree]` is a node index; node arrays are shared.
 * A row goes left when `value <= threshold[node]` (or its category is in the node's set), right otherwise, and by
 * `missingLeft[node]` when the value is NaN.
 */
export interface TreeEnsemble {
  readonly featureCount: number;
  /** 1, or the number of classes. */
  readonly outputCount: number;
  readonly rootByTree: Int32Array;
  /** Which output a tree adds to; -1: to all of them, and `valueByNode` is then [node][output] for every tree. */
  readonly outputByTree: Int32Array;
  /** Matrix column of the split, -1 for a leaf. */
  readonly featureByNode: Int32Array;
  readonly thresholdByNode: Float64Array;
  readonly leftByNode: Int32Array;
  readonly rightByNode: Int32Array;
  readonly missingLeftByNode: Uint8Array;
  /**
   * Index of the node's category set; -1: it splits by threshold. A row goes left when its code (a whole number >= 0 in the
   * matrix) is in the set. A code at or past the set's last bit, or below 0, is treated as missing.
   */
  readonly categorySetByNode: Int32Array;
  /** [sets + 1]: first word of each set in `categoryWords`, and the end of the last. */
  readonly categorySetStart: Int32Array;
  /** 32 codes a word, bit 0 = lowest code. */
  readonly categoryWords: Int32Array;
  /**
   * 1 for a feature whose values within 1e-35 of zero count as missing, as in a LightGBM model trained with
   * `zero_as_missing`. [features], or empty where there is no such feature: ours never have one.
   */
  readonly zeroIsMissingByFeature: Uint8Array;
  /** What a leaf adds to the output (0 inside). */
  readonly valueByNode: Float64Array;
  /** Number (or weight) of training rows that reached the node: the background of path-dependent SHAP. */
  readonly coverByNode: Float64Array;
  /** Loss reduction of the split, 0 for a leaf. */
  readonly gainByNode: Float64Array;
  /** Start value of each output. */
  readonly baseByOutput: Float64Array;
  /**
   * "float32": inputs are rounded to float32 and leaves summed in float32, tree after tree, as the library does whose model
   * was imported.
   */
  readonly precision: "float64" | "float32";
}

/**
 * What `raw` output means and how the answer is made of it:
 * - `value`: raw is the prediction (unit of the target)
 * - `exp`: raw is the logarithm of the prediction (imported models of counts and amounts)
 * - `log1p`: raw is log(1 + target); the prediction is expm1(raw)
 * - `logOdds`: raw is the log-odds of the second class
 * - `softmax`: one raw value per class
 * - `probability`: raw is (per class) a probability already (random forest)
 * - `pathLength`: mean path length over the trees of an isolation forest; score = 2^(-raw / averagePathLength(rowsPerTree))
 */
export type OutputSpace = "value" | "exp" | "log1p" | "logOdds" | "softmax" | "probability" | "pathLength";

/** `linear`: ridge for numbers, logistic regression for classes. `dummy`: the mean, or the shares of the classes. */
export type LearnerName = "gradientBoosting" | "randomForest" | "isolationForest" | "linear" | "dummy";

/** A fitted learner, before it meets feature graph and schema in a bundle. */
export interface FittedModel {
  readonly learner: LearnerName;
  /** Parameters it was fitted with, all of them, defaults included. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly trees: TreeEnsemble;
  readonly space: OutputSpace;
  /** Classes in the order of outputs (two for `logOdds`); null for numbers and anomalies. */
  readonly classes: readonly string[] | null;
  /** Isolation forest only: rows per tree (for the score) and the score from which a row is an alert. */
  readonly isolation: { readonly rowsPerTree: number; readonly alertThreshold: number } | null;
  /** Adds Σ weight · value to the trees; null for tree learners. */
  readonly linear: LinearPart | null;
}

/** A weighted sum of the matrix columns; what is constant in it lies in the trees' `baseByOutput`. */
export interface LinearPart {
  /** [output][column], row-major. */
  readonly weights: Float64Array;
  /** [column]: the mean of the training rows, the background of SHAP. */
  readonly mean: Float64Array;
  /** [column]: what a missing value counts as. */
  readonly fill: Float64Array;
}

/**
 * Makes the probabilities of a classifier honest.
 * - `isotonic`: per class a curve through points; `score` ascends, `probability` does not fall, values between two points
 *   lie on the line between them and values outside are those of the nearest end
 * - `platt`: per class probability = 1 / (1 + exp(-(slope · score + intercept)))
 *
 * `score` is the raw output in the spaces `logOdds` and `softmax`, the share of the trees in `probability`. Two classes have
 * one entry, for the second class; more have one each, and the probabilities are divided by their sum.
 */
export type Calibration =
  | { readonly kind: "isotonic"; readonly byClass: readonly IsotonicCurve[] }
  | { readonly kind: "platt"; readonly byClass: readonly { readonly slope: number; readonly intercept: number }[] };

export interface IsotonicCurve {
  readonly score: readonly number[];
  readonly probability: readonly number[];
}

/**
 * Interval around the predictions of a regression that holds the truth in `coverage` of all cases (split conformal):
 * from prediction + `below` to prediction + `above`, on the answer's scale. `below` = -`above` where it is symmetric.
 */
export interface PredictionInterval {
  /** In (0, 1). */
  readonly coverage: number;
  readonly below: number;
  readonly above: number;
}

/** What is to be predicted. `null` as target means anomaly scoring. */
export type Target =
  | { readonly kind: "number"; readonly values: Float64Array }
  /** `classes[codes[row]]`, never missing. */
  | { readonly kind: "class"; readonly codes: Int32Array; readonly classes: readonly string[] };
