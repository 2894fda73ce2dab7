import type { Expression } from "../expression/expression.js";
import type { ColumnSchema } from "../schema/column-schema.js";

/** How a column or derived value becomes numbers, before anything is fitted. */
export type EncoderPlan =
  /** Number, boolean (0/1) or time (days since 1970): the value itself. */
  | { readonly kind: "number" }
  /**
   * Ordinal code of a level. `levels: null` learns them from the training part, the most frequent first (ties by name).
   * `native`: boosting and forests part the levels by sets, whatever their order; to other learners it is the code.
   */
  | { readonly kind: "levels"; readonly levels: readonly string[] | null; readonly native?: boolean }
  /**
   * Mean of the (fitted-scale) target by level, shrunk towards the overall mean by `smoothing` rows; out-of-fold for
   * training rows. Missing counts as a level of its own.
   */
  | { readonly kind: "targetMean"; readonly smoothing: number }
  /** Share of training rows with the level. */
  | { readonly kind: "frequency" };

export interface FeaturePlanEntry {
  /** Name of the feature: that of a request column or of a derived value. */
  readonly name: string;
  readonly encoder: EncoderPlan;
}

/** One value for training, serving, drift and the browser: request row → derived values → features. */
export interface FeaturePlan {
  /** The columns of a request: the dataset's without target, keys and label. */
  readonly inputs: readonly ColumnSchema[];
  readonly derived: readonly { readonly name: string; readonly expression: Expression }[];
  /** In the order of the model's matrix. */
  readonly features: readonly FeaturePlanEntry[];
}

/** An encoder after it saw the training part. A level that is not named gets `fallback`. */
export type FittedEncoder =
  | { readonly kind: "number" }
  /** Code = index; an unseen level is missing, and so is a missing one. */
  | { readonly kind: "levels"; readonly levels: readonly string[] }
  /** `values[output][level]`: one matrix column per output (1, or one per class from three classes on). */
  | {
      readonly kind: "targetMean";
      readonly levels: readonly string[];
      readonly values: readonly (readonly number[])[];
      /** By output: what a missing level gets. */
      readonly missing: readonly number[];
      /** By output: the overall mean. */
      readonly fallback: readonly number[];
    }
  /** A missing level stays missing. */
  | {
      readonly kind: "frequency";
      readonly levels: readonly string[];
      readonly values: readonly number[];
      readonly fallback: number;
    };

export interface FittedFeature {
  readonly name: string;
  readonly encoder: FittedEncoder;
  /** First column and number of columns in the matrix. */
  readonly column: number;
  readonly width: number;
}

/** Everything that turns request rows into the matrix of one model. Plain data. */
export interface FittedFeatures {
  readonly inputs: readonly ColumnSchema[];
  readonly derived: readonly { readonly name: string; readonly expression: Expression }[];
  readonly features: readonly FittedFeature[];
  /** One name per matrix column: the feature's, or `feature=class` where a feature has several. */
  readonly columnNames: readonly string[];
}

/** Numbers that a learner reads: column-major, NaN = missing, never infinite. */
export interface FeatureMatrix {
  readonly rowCount: number;
  /** [column][row] */
  readonly columns: readonly Float64Array[];
  readonly names: readonly string[];
  /** Per column the number of levels of a native category (the values are codes), null for a number. Absent: all numbers. */
  readonly categoryCounts?: readonly (number | null)[];
}
