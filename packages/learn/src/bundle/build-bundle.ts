import { sketchColumn } from "../drift/sketch-column.js";
import { deriveColumns } from "../features/derive-columns.js";
import type { FittedFeatures } from "../features/feature-plan.js";
import { transformFeatures } from "../features/transform-features.js";
import type { Frame, FrameColumn } from "../frame/frame.js";
import type { FittedModel } from "../model/model.js";
import { predictRaw } from "../trees/predict.js";
import type { ModelBundle, ReferenceSketch, Replay, TaskKind } from "./bundle.js";
import { type AnswerParts, answerOutputs, labelsOf, type ModelOutputs } from "./outputs.js";
import { makeReplay } from "./replay.js";

/** Name of the sketch of the model's own answers. */
export const PREDICTION = "prediction";

const TASKS = {
  value: "regression",
  exp: "regression",
  log1p: "regression",
  logOdds: "classification",
  softmax: "classification",
  probability: "classification",
  pathLength: "anomaly",
} as const satisfies Record<FittedModel["space"], TaskKind>;

export interface BundleParts {
  readonly pipeline: string;
  /** null for anomalies. */
  readonly target: ModelBundle["target"];
  readonly features: FittedFeatures;
  readonly model: FittedModel;
  /** Calibration, interval and decision threshold, where there are any. */
  readonly answerParts?: AnswerParts;
  /** The rows that the model was fitted on, with the input columns. */
  readonly trainingRows: Frame;
  /** Replay rows to keep, 100 where absent. */
  readonly replayRows?: number;
}

/** A bundle whose sketches and replay rows are made already, as of training rows that are never in memory at once. */
export interface AssembledParts extends Omit<BundleParts, "trainingRows" | "replayRows"> {
  readonly reference: readonly ReferenceSketch[];
  readonly replay: Replay;
  /** Number of rows that the model was fitted on. */
  readonly trainingRows: number;
}

/** Puts a model together with what was made beside it. */
export function assembleBundle({ model, answerParts = {}, ...parts }: AssembledParts): ModelBundle {
  const { pipeline, target, features, reference, replay, trainingRows } = parts;
  return {
    formatVersion: 2,
    pipeline,
    task: TASKS[model.space],
    target,
    features,
    model,
    ...answerParts,
    reference,
    replay,
    trainingRows,
  };
}

/**
 * Puts a model together with what it needs to be served and watched: replay rows and reference sketches, both made from
 * its training rows. Cost: O(rows · (columns · log rows + trees · depth)).
 *
 * @throws LEARN_REPLAY_ROW_REFUSED, LEARN_FRAME_…
 */
export function buildBundle(parts: BundleParts): ModelBundle {
  const { features, model, trainingRows, replayRows, answerParts = {} } = parts;
  const outputs = answerOutputs({ model, ...answerParts }, predictRaw(model, transformFeatures(features, trainingRows)));
  return assembleBundle({
    ...parts,
    reference: makeReference(features, trainingRows, predictionColumn(outputs)),
    replay: makeReplay(features, model, trainingRows, replayRows),
    trainingRows: trainingRows.rowCount,
  });
}

/** Sketches of every input and derived value, and last of the answers: what drift is measured against. */
export function makeReference(features: FittedFeatures, frame: Frame, prediction: FrameColumn): ReferenceSketch[] {
  const sketches = Array.from(deriveColumns(features, frame).columns, ([name, column]) => sketchColumn(name, column));
  return [...sketches, sketchColumn(PREDICTION, prediction)];
}

/** The answers as a column: values, most probable classes or scores. */
export function predictionColumn(outputs: ModelOutputs): FrameColumn {
  switch (outputs.task) {
    case "regression":
      return { kind: "number", values: outputs.values };
    case "anomaly":
      return { kind: "number", values: outputs.scores };
    case "classification": {
      return { kind: "category", codes: labelsOf(outputs), levels: outputs.classes };
    }
  }
}
