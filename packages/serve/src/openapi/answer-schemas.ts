import type { JsonSchema, JsonValue } from "@atalaya/learn";
import type { AnswerFields } from "../answers/answer-fields.js";
import type { ScoringModel } from "../models/scoring-model.js";

const number: JsonSchema = { type: "number" };
const text: JsonSchema = { type: "string" };

/**
 * Schema of an answer: who answered, with the parts of one answer or a list of several. A predict request holds an
 * explanation when it asked for one.
 */
export function headSchemas(
  prediction: JsonSchema,
  explanation: JsonSchema,
  isExplained: boolean,
  fields: AnswerFields | null,
): JsonSchema {
  const head = {
    id: { type: "string", format: "uuid" },
    pipeline: text,
    version: { type: "integer" },
    alias: { type: ["string", "null"] },
    model: { type: "string", description: "SHA-256 of the model" },
  };
  const names = Object.keys(head);
  const further = Object.fromEntries(
    ((isExplained ? fields?.explain : fields?.predict) ?? []).map(({ name, source }) => [
      name,
      { description: `The answer's ${source}` },
    ]),
  );
  const answer = {
    properties: { prediction, explanation, ...further },
    required: ["prediction", ...(isExplained ? ["explanation"] : [])],
  };
  const explained = { type: "object", ...answer };
  const items = isExplained ? explained : { anyOf: [explained, prediction] };
  return {
    anyOf: [
      { type: "object", properties: { ...head, ...answer.properties }, required: [...names, ...answer.required] },
      { type: "object", properties: { ...head, predictions: { type: "array", items } }, required: [...names, "predictions"] },
    ],
  };
}

const interval: JsonSchema = {
  ...object({ low: number, high: number, coverage: number }),
  description: "Holds the truth with the probability `coverage`",
};

/** Schema of one prediction of this model; null: not known yet. */
export function predictionSchema(scoring: ScoringModel | null): JsonSchema {
  switch (scoring?.task) {
    case undefined:
      return { type: "object" };
    case "regression":
      return {
        type: "object",
        properties: { value: number, unit: { const: scoring.target?.unit ?? null }, interval },
        required: ["value", "unit"],
      };
    case "classification": {
      const classes = [...(scoring.classes ?? [])];
      const probability = object(Object.fromEntries(classes.map((label) => [label, { type: "number", minimum: 0, maximum: 1 }])));
      return object({ label: { type: "string", enum: classes }, probability });
    }
    case "anomaly":
      return object({ score: number, threshold: number, alert: { type: "boolean" } });
  }
}

const effects: JsonSchema = {
  type: "array",
  items: object({ feature: text, value: { type: ["number", "string", "boolean", "null"] }, effect: number }),
};

const additive: Record<string, JsonValue> = {
  base: { type: "number", description: "Output for an unknown row" },
  output: { type: "number", description: "base plus all effects, and rest" },
  effects,
  rest: { ...object({ features: { type: "integer" }, effect: number }), description: "Effects left out by ?top, as a sum" },
  columns: effects,
  restOfColumns: object({ features: { type: "integer" }, effect: number }),
};

const globalEffects: JsonSchema = {
  type: "array",
  items: object({ feature: text, meanAbsoluteEffect: number, meanEffect: number, share: number }),
};

export const globalSchema: JsonSchema = object({
  pipeline: text,
  version: { type: "integer" },
  alias: { type: ["string", "null"] },
  model: text,
  space: text,
  meaning: text,
  rows: { type: "integer" },
  features: globalEffects,
  columns: globalEffects,
});

export const explanationSchema: JsonSchema = {
  type: "object",
  properties: {
    space: { type: "string", description: "Space in which the effects add up" },
    meaning: { type: "string", description: "The space in words" },
    label: { type: ["string", "null"], description: "The class that is explained" },
    ...additive,
    onAnswerScale: {
      type: ["object", "null"],
      description: "The same on the scale of the prediction",
      properties: {
        scale: { type: "string", enum: ["value", "probability", "score"] },
        unit: { type: ["string", "null"] },
        ...additive,
      },
      required: ["scale", "unit", "base", "output", "effects"],
    },
  },
  required: ["space", "meaning", "label", "base", "output", "effects", "onAnswerScale"],
};

export const problemSchema: JsonSchema = {
  type: "object",
  description: "Problem details of RFC 9457",
  properties: {
    type: text,
    title: text,
    status: { type: "integer" },
    detail: text,
    instance: text,
    code: text,
    hint: text,
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          row: { type: ["integer", "null"] },
          field: { type: ["string", "null"] },
          expected: text,
          received: text,
          suggestion: text,
        },
        required: ["row", "field", "expected", "received"],
      },
    },
  },
  required: ["type", "title", "status", "detail", "instance", "code"],
};

function object(properties: Record<string, JsonValue>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties) };
}
