import { exp, expm1, sigmoid } from "../arithmetic/exponential.js";
import { calibratedProbability } from "../calibration/calibrate.js";
import { anomalyScores } from "../isolation-forest/path-length.js";
import { mostProbable } from "../metrics/classification.js";
import type { FittedModel, PredictionInterval } from "../model/model.js";
import type { ModelBundle } from "./bundle.js";

/** What a model says about rows, column by column: what metrics are measured on. */
export type ModelOutputs =
  | { readonly task: "regression"; readonly values: Float64Array; readonly interval?: PredictionInterval }
  | {
      readonly task: "classification";
      readonly classes: readonly string[];
      /** [class][row] */
      readonly probability: readonly Float64Array[];
      /** Two classes: the second is the label from this probability on; absent: the most probable. */
      readonly decisionThreshold?: number;
    }
  | { readonly task: "anomaly"; readonly scores: Float64Array; readonly alertThreshold: number };

/** What a model says about one row. */
export type Answer = RegressionAnswer | ClassificationAnswer | AnomalyAnswer;

export interface RegressionAnswer {
  /** In the unit of the target. */
  readonly value: number;
  /** Where the bundle has one: it holds the truth in `coverage` of all cases. */
  readonly interval?: { readonly low: number; readonly high: number; readonly coverage: number };
}

export interface ClassificationAnswer {
  /** The most probable class, the first of equals; with a decision threshold the class that it decides for. */
  readonly label: string;
  readonly probability: Readonly<Record<string, number>>;
}

export interface AnomalyAnswer {
  /** In (0, 1], higher is stranger. */
  readonly score: number;
  /** True from `threshold` on. */
  readonly alert: boolean;
  readonly threshold: number;
}

/** What a bundle adds to its model's outputs. */
export type AnswerParts = Pick<ModelBundle, "calibration" | "interval" | "decisionThreshold">;

/** Raw outputs as answers are made of them: calibrated, with interval and decision threshold, where the bundle has them. */
export function answerOutputs(
  { model, calibration, interval, decisionThreshold }: AnswerParts & { readonly model: FittedModel },
  raw: readonly Float64Array[],
): ModelOutputs {
  const outputs = outputsOf(model, raw);
  switch (outputs.task) {
    case "regression":
      return interval === undefined ? outputs : { ...outputs, interval };
    case "classification": {
      const probability = calibration === undefined ? outputs.probability : calibratedProbability(calibration, model.space, raw);
      return { ...outputs, probability, ...(decisionThreshold === undefined ? {} : { decisionThreshold }) };
    }
    case "anomaly":
      return outputs;
  }
}

/** The class of each row: by the decision threshold, else the most probable. */
export function labelsOf({ probability, decisionThreshold }: Extract<ModelOutputs, { task: "classification" }>): Int32Array {
  if (decisionThreshold === undefined || probability.length !== 2) return mostProbable(probability);
  return Int32Array.from(probability[1], (value) => (value >= decisionThreshold ? 1 : 0));
}

/** Raw outputs (`[output][row]`, in the model's space) as values, probabilities or scores. */
export function outputsOf(model: FittedModel, raw: readonly Float64Array[]): ModelOutputs {
  const { space, classes, isolation } = model;
  switch (space) {
    case "value":
      return { task: "regression", values: raw[0] };
    case "exp":
      return { task: "regression", values: raw[0].map(exp) };
    case "log1p":
      return { task: "regression", values: raw[0].map(expm1) };
    case "logOdds": {
      const second = raw[0].map(sigmoid);
      // Not `1 - second`: it would lose the small probabilities of the first class.
      return { task: "classification", classes: classes ?? [], probability: [raw[0].map((odds) => sigmoid(-odds)), second] };
    }
    case "softmax":
      return { task: "classification", classes: classes ?? [], probability: softmax(raw) };
    case "probability":
      return { task: "classification", classes: classes ?? [], probability: raw };
    case "pathLength": {
      const { rowsPerTree, alertThreshold } = isolation ?? { rowsPerTree: 2, alertThreshold: Number.POSITIVE_INFINITY };
      return { task: "anomaly", scores: anomalyScores(raw[0], rowsPerTree), alertThreshold };
    }
  }
}

/** One answer per row. */
export function answersOf(outputs: ModelOutputs): Answer[] {
  switch (outputs.task) {
    case "regression":
      return Array.from(outputs.values, (value) => valueAnswer(value, outputs.interval));
    case "classification": {
      const { classes, probability } = outputs;
      // fromEntries and not assignment: a class may be called `__proto__`.
      const shares = (row: number) => Object.fromEntries(classes.map((name, own) => [name, probability[own][row]]));
      return Array.from(labelsOf(outputs), (own, row) => ({ label: classes[own], probability: shares(row) }));
    }
    case "anomaly": {
      const { alertThreshold: threshold } = outputs;
      return Array.from(outputs.scores, (score) => ({ score, alert: score >= threshold, threshold }));
    }
  }
}

function valueAnswer(value: number, interval: PredictionInterval | undefined): RegressionAnswer {
  if (interval === undefined) return { value };
  const { below, above, coverage } = interval;
  return { value, interval: { low: value + below, high: value + above, coverage } };
}

function softmax(raw: readonly Float64Array[]): Float64Array[] {
  const probability = raw.map((values) => values.slice());
  for (let row = 0; row < raw[0].length; row++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const values of raw) largest = Math.max(largest, values[row]);
    let sum = 0;
    for (const values of probability) {
      // Less the largest: exp never overflows.
      values[row] = exp(values[row] - largest);
      sum += values[row];
    }
    for (const values of probability) values[row] /= sum;
  }
  return probability;
}
