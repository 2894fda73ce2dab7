import type { Explanation } from "./explanation.js";
import type { Prediction } from "./prediction.js";

/** What a field of an answer may hold when an application's callers know it by a name of their own. */
export const predictFieldSources = [
  "value",
  "label",
  "probability",
  "score",
  "threshold",
  "alert",
  "id",
  "version",
  "model",
  "run",
  "featureNames",
] as const;
export const explainFieldSources = [
  ...predictFieldSources,
  "base",
  "output",
  "effects",
  "effectNames",
  "effectValues",
  "answerBase",
  "answerEffects",
] as const;
export type PredictFieldSource = (typeof predictFieldSources)[number];
export type ExplainFieldSource = (typeof explainFieldSources)[number];

/** Further fields of the answers, by the names that callers already use. */
export interface AnswerFields {
  readonly predict: readonly { readonly name: string; readonly source: PredictFieldSource }[];
  readonly explain: readonly { readonly name: string; readonly source: ExplainFieldSource }[];
}

export const NO_FIELDS: AnswerFields = { predict: [], explain: [] };

/** Names of all parts that JSON holds besides the prediction. */
export interface AnswerFacts {
  readonly id: string;
  readonly version: number;
  readonly model: string;
  readonly run: string | null;
  readonly featureNames: readonly string[];
}

/** The further fields of one answer as an object to be spread into it. */
export function fieldsOf(
  fields: AnswerFields["explain"],
  facts: AnswerFacts,
  prediction: Prediction,
  explanation: Explanation | null,
): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ name, source }) => [name, read(source, facts, prediction, explanation)]));
}

function read(source: ExplainFieldSource, facts: AnswerFacts, prediction: Prediction, explanation: Explanation | null): unknown {
  switch (source) {
    case "id":
    case "version":
    case "model":
    case "run":
    case "featureNames":
      return facts[source];
    case "base":
    case "output":
      return explanation?.[source] ?? null;
    case "effects":
      return explanation?.effects.map(({ effect }) => effect) ?? null;
    case "effectNames":
      return explanation?.effects.map(({ feature }) => feature) ?? null;
    case "effectValues":
      return explanation?.effects.map(({ value }) => value) ?? null;
    case "answerBase":
      return explanation?.onAnswerScale?.base ?? null;
    case "answerEffects":
      return explanation?.onAnswerScale === null || explanation === null
        ? null
        : explanation.onAnswerScale.effects.map(({ effect }) => effect);
    default:
      return (prediction as unknown as Record<string, unknown>)[source] ?? null;
  }
}
