import type { ColumnSchema, EncoderPlan, Expression, FeaturePlan, FeaturePlanEntry } from "@atalaya/learn";
import type { FeatureDefinition, PipelineDefinition } from "./definition.js";

/**
 * The feature plan of a pipeline: request columns, derived values, and one encoder per feature. Where the project names
 * no encoder: numbers, booleans and times as they are, listed levels by their place, other categories by the mean of the
 * target (smoothing 20), or by frequency where there is no target.
 */
export function toFeaturePlan(definition: PipelineDefinition): FeaturePlan {
  const { features, dataset } = definition;
  const hidden = new Set([...features.keys, features.target, features.label?.column]);
  const visible = dataset.columns.filter((schema) => !hidden.has(schema.name));
  const read = new Set(features.derived.flatMap(({ expression }) => columnsRead(expression)));
  const entries: FeaturePlanEntry[] = [
    ...visible
      .filter((schema) => !features.ignore.includes(schema.name))
      .map((schema) => ({ name: schema.name, encoder: columnEncoder(schema, features) })),
    ...features.derived.map(({ name, expression }) => ({ name, encoder: derivedEncoder(name, expression, features) })),
  ];
  return {
    // What is neither a feature nor read by one may be left out of a request.
    inputs: visible.map((schema) =>
      features.ignore.includes(schema.name) && !read.has(schema.name) ? { ...schema, optional: true } : schema,
    ),
    derived: features.derived,
    features: entries,
  };
}

function openCategory(features: FeatureDefinition): EncoderPlan {
  return features.target === null ? { kind: "frequency" } : { kind: "targetMean", smoothing: 20 };
}

function namedEncoder(name: string, features: FeatureDefinition): EncoderPlan | undefined {
  return features.encoders.find(({ column }) => column === name)?.encoder;
}

function columnEncoder(schema: ColumnSchema, features: FeatureDefinition): EncoderPlan {
  const named = namedEncoder(schema.name, features);
  if (named !== undefined) return named;
  if (schema.type !== "category" && schema.type !== "text") return { kind: "number" };
  return schema.levels === undefined ? openCategory(features) : { kind: "levels", levels: schema.levels };
}

function derivedEncoder(name: string, expression: Expression, features: FeatureDefinition): EncoderPlan {
  const named = namedEncoder(name, features);
  if (named !== undefined) return named;
  if (expression.op === "bucket") return { kind: "levels", levels: expression.labels };
  // A bare column is the only other expression that can be a category; numbers and booleans are read as they are.
  return { kind: "number" };
}

/** Names of the columns that an expression reads. */
function columnsRead(expression: Expression): string[] {
  if (expression.op === "column") return [expression.name];
  return Object.values(expression).flatMap((part) => (typeof part === "object" && "op" in part ? columnsRead(part) : []));
}
