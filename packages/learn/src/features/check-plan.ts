import { errors } from "../errors.js";
import { checkExpression } from "../expression/check.js";
import type { ColumnKind } from "../frame/column-builder.js";
import { columnKindOf } from "../schema/column-kind.js";
import type { ColumnSchema } from "../schema/column-schema.js";
import { nearestName } from "../schema/nearest-name.js";
import type { FeaturePlan } from "./feature-plan.js";

/**
 * Kind of every input and derived value by name.
 *
 * @throws LEARN_FEATURE_NAME_REPEATED, and what `checkExpression` throws
 */
export function featureKinds(plan: Pick<FeaturePlan, "inputs" | "derived">): Map<string, ColumnKind> {
  const inputKinds = new Map<string, ColumnKind>();
  for (const { name, type } of plan.inputs) {
    if (inputKinds.has(name)) throw errors.FEATURE_NAME_REPEATED({ name });
    inputKinds.set(name, columnKindOf(type));
  }
  const kinds = new Map(inputKinds);
  for (const { name, expression } of plan.derived) {
    if (kinds.has(name)) throw errors.FEATURE_NAME_REPEATED({ name });
    // Derived values read inputs only, so their order has no meaning.
    kinds.set(name, checkExpression(expression, inputKinds, `derived.${name}`));
  }
  return kinds;
}

/**
 * Refuses a plan that cannot be fitted whatever the rows are: unknown or repeated names, a category as a number, a
 * target encoder without a target, a declared level that the column does not have.
 *
 * @throws LEARN_FEATURE_UNKNOWN, LEARN_FEATURE_ENCODER_UNFIT, and what `featureKinds` throws
 */
export function checkFeaturePlan(plan: FeaturePlan, hasTarget: boolean): void {
  const kinds = featureKinds(plan);
  const seen = new Set<string>();
  const schemas = new Map(plan.inputs.map((column) => [column.name, column]));
  for (const { name, encoder } of plan.features) {
    const unfit = (problem: string) => errors.FEATURE_ENCODER_UNFIT({ feature: name, encoder: encoder.kind, problem });
    const kind = kinds.get(name);
    if (kind === undefined) throw errors.FEATURE_UNKNOWN({ feature: name, suggestion: nearestName(name, kinds.keys()) });
    if (seen.has(name)) throw errors.FEATURE_NAME_REPEATED({ name });
    seen.add(name);
    if (encoder.kind === "number" && kind === "category") throw unfit("a category is not a number");
    if (encoder.kind === "targetMean" && !hasTarget) throw unfit("its encoder reads the target, but nothing is predicted");
    if (encoder.kind === "targetMean" && !(encoder.smoothing >= 0 && Number.isFinite(encoder.smoothing))) {
      throw unfit(`smoothing is a number of rows, 0 or more, not ${encoder.smoothing}`);
    }
    if (encoder.kind === "levels" && encoder.levels !== null) checkLevels(encoder.levels, schemas.get(name), unfit);
  }
}

function checkLevels(levels: readonly string[], schema: ColumnSchema | undefined, unfit: (problem: string) => Error): void {
  if (new Set(levels).size !== levels.length) throw unfit("a level is listed twice");
  const declared = schema?.levels;
  const unknown = declared === undefined ? undefined : levels.find((level) => !declared.includes(level));
  if (unknown !== undefined) throw unfit(`the level ${JSON.stringify(unknown)} is not one that the column declares`);
}
