/**
 * Trees as parallel flat arrays, all trees behind each other. `root[tree]` is a node index; node arrays are shared.
 * A row goes left when `value <= threshold[node]`, right otherwise, and by `missingLeft[node]` when the value is NaN.
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
  /** What a leaf adds to the output (0 inside). */
  readonly valueByNode: Float64Array;
  /** Number (or weight) of training rows that reached the node: the background of path-dependent SHAP. */
  readonly coverByNode: Float64Array;
  /** Loss reduction of the split, 0 for a leaf. */
  readonly gainByNode: Float64Array;
  /** Start value of each output. */
  readonly baseByOutput: Float64Array;
}

/**
 * What `raw` output means and how the answer is made of it:
 * - `value`: raw is the prediction (unit of the target)
 * - `log1p`: raw is log(1 + target); the prediction is expm1(raw)
 * - `logOdds`: raw is the log-odds of the second class
 * - `softmax`: one raw value per class
 * - `probability`: raw is (per class) a probability already (random forest)
 * - `pathLength`: mean path length over the trees of an isolation forest; score = 2^(-raw / averagePathLength(rowsPerTree))
 */
export type OutputSpace = "value" | "log1p" | "logOdds" | "softmax" | "probability" | "pathLength";

export type LearnerName = "gradientBoosting" | "randomForest" | "isolationForest";

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
}

/** What is to be predicted. `null` as target means anomaly scoring. */
export type Target =
  | { readonly kind: "number"; readonly values: Float64Array }
  /** `classes[codes[row]]`, never missing. */
  | { readonly kind: "class"; readonly codes: Int32Array; readonly classes: readonly string[] };
