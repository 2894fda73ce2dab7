import { exp, expm1, sigmoid } from "../arithmetic/exponential.js";
import { anomalyScore } from "../isolation-forest/path-length.js";
import { mostProbable } from "../metrics/classification.js";
import type { FittedModel } from "../model/model.js";

/** What a model says about rows, column by column: what metrics are measured on. */
export type ModelOutputs =
  | { readonly task: "regression"; readonly values: Float64Array }
  /** `probability[class][row]` */
  | { readonly task: "classification"; readonly classes: readonly string[]; readonly probability: readonly Float64Array[] }
  | { readonly task: "anomaly"; readonly scores: Float64Array; readonly alertThreshold: number };

/** What a model says about one row. */
export type Answer = RegressionAnswer | ClassificationAnswer | AnomalyAnswer;

export interface RegressionAnswer {
  /** In the unit of the target. */
  readonly value: number;
}

export interface ClassificationAnswer {
  /** The most probable class, the first of equals. */
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
      return { task: "anomaly", scores: raw[0].map((length) => anomalyScore(length, rowsPerTree)), alertThreshold };
    }
  }
}

/** One answer per row. */
export function answersOf(outputs: ModelOutputs): Answer[] {
  switch (outputs.task) {
    case "regression":
      return Array.from(outputs.values, (value) => ({ value }));
    case "classification": {
      const { classes, probability } = outputs;
      // fromEntries and not assignment: a class may be called `__proto__`.
      const shares = (row: number) => Object.fromEntries(classes.map((name, own) => [name, probability[own][row]]));
      return Array.from(mostProbable(probability), (own, row) => ({ label: classes[own], probability: shares(row) }));
    }
    case "anomaly": {
      const { alertThreshold: threshold } = outputs;
      return Array.from(outputs.scores, (score) => ({ score, alert: score >= threshold, threshold }));
    }
  }
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
