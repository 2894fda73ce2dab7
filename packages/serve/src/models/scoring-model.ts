import type { ColumnSchema, Frame, ReferenceSketch, RowReading, TaskKind } from "@atalaya/learn";
import type { EffectView, Explanation } from "../answers/explanation.js";
import type { Prediction } from "../answers/prediction.js";
import type { PredictionForm } from "../answers/write-predictions.js";

/** A request row: cells by the name of the input. */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

/** One model, ready to answer. Immutable: a request that began with it ends with it. */
export interface ScoringModel {
  readonly task: TaskKind;
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  /** Classes in the order of the model's outputs; null for numbers and anomalies. */
  readonly classes: readonly string[] | null;
  readonly inputs: readonly ColumnSchema[];
  /** Names of the features that the model reads. */
  readonly features: readonly string[];
  /** A row that can be sent as it is. */
  readonly example: Row | null;
  /** Rows on which the model was replayed: what a global explanation is made of. */
  readonly sample: readonly Row[];
  /** Distributions of the training rows, by column. */
  readonly reference: readonly ReferenceSketch[];
  /** Checks and reads request rows; never throws. */
  read(rows: readonly unknown[]): RowReading;
  /** As `read` and `predict` of one row, without a frame; null where `read` has a problem to tell. */
  predictRow?(row: unknown): Prediction | null;
  /** One prediction per row of a frame that was read without a problem. */
  predict(frame: Frame): Prediction[];
  /** As `predict`, as text (see `writePredictions`): for many rows, and frames that were read from bytes. */
  writePredictions?(frame: Frame, form: PredictionForm, id: string): string;
  explain(frame: Frame): Explanation[];
  /** As `predict` and `explain`, at the cost of the explanations, and of these what the view needs. */
  predictExplained?(frame: Frame, view: EffectView): ExplainedRows;
  /**
   * Makes explanations quick, step by step of about a millisecond. Who explains before the last one waits for all of them.
   * After the first, a row's explanation is the same to the bit alone and among others.
   */
  prepareExplanations?(): Iterator<void, void>;
}

/** Row by row. */
export interface ExplainedRows {
  readonly predictions: readonly Prediction[];
  readonly explanations: readonly Explanation[];
}

/**
 * Makes a model of a bundle's bytes.
 *
 * @throws when the bytes are no bundle, or its replay rows do not give the recorded outputs
 */
export type OpenModel = (bytes: Uint8Array) => ScoringModel | Promise<ScoringModel>;
