import type { FeatureMatrix, FittedFeatures } from "../features/feature-plan.js";
import type { Calibration, FittedModel, PredictionInterval } from "../model/model.js";

/** Kind of the question that a model answers. */
export type TaskKind = "regression" | "classification" | "anomaly";

/** Distribution of one feature or input in the training part: what drift and the console compare with. */
export type ReferenceSketch =
  | {
      readonly kind: "number";
      readonly name: string;
      readonly rows: number;
      readonly missing: number;
      /** Values at the probabilities 0, 1/100, …, 1 (101 of them; empty when every value is missing). */
      readonly quantiles: readonly number[];
    }
  | {
      readonly kind: "category";
      readonly name: string;
      readonly rows: number;
      readonly missing: number;
      /** The most frequent levels (200 at most) with their counts; the rest is `other`. */
      readonly levels: readonly { readonly level: string; readonly rows: number }[];
      readonly other: number;
    };

/** Request rows with what the model answered when it was made: serving replays them before it trusts a bundle. */
export interface Replay {
  /** Request rows as JSON objects by input name (null = missing; times as ISO text, or milliseconds where these are not whole). */
  readonly rows: readonly Readonly<Record<string, number | string | boolean | null>>[];
  /** [row][matrix column], NaN as null. */
  readonly features: readonly (readonly (number | null)[])[];
  /** [row][output] in raw space. */
  readonly outputs: readonly (readonly number[])[];
}

/**
 * A model as one immutable value: data only, so loading it can never execute anything. Its bytes carry no time, run or
 * version, so that the same training gives the same hash.
 */
export interface ModelBundle {
  /** The format that it is written in; a file of an older one is read as this. */
  readonly formatVersion: 2;
  readonly pipeline: string;
  readonly task: TaskKind;
  /** Name and unit of what is predicted; null for anomalies. */
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  readonly features: FittedFeatures;
  readonly model: FittedModel;
  /** Applied to the probabilities of a classifier; absent: they are used as the learner gives them. */
  readonly calibration?: Calibration;
  /** Around the values of a regression. */
  readonly interval?: PredictionInterval;
  /** Two classes only: the second is the label from this probability on; absent: the most probable class. */
  readonly decisionThreshold?: number;
  /** Sketches of inputs, derived values and features' source columns, and `prediction` (answer scale) over the training part. */
  readonly reference: readonly ReferenceSketch[];
  readonly replay: Replay;
  readonly trainingRows: number;
}

export type { FeatureMatrix };
