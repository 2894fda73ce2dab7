import { errors } from "../errors.js";
import type { LearnerName } from "../model/model.js";
import type { ParameterDeclaration } from "./parameter-schema.js";
import { checkParameter, declarationOf, type ParameterValue } from "./resolve-parameters.js";

/** Where tuning looks for a parameter. `logBetween` is uniform in the logarithm; both ends are included. */
export type ParameterRange =
  | { readonly range: "between"; readonly low: number; readonly high: number }
  | { readonly range: "logBetween"; readonly low: number; readonly high: number }
  | { readonly range: "oneOf"; readonly values: readonly ParameterValue[] };

/** A learner whose parameters are values (fixed) or ranges (searched). */
export interface SearchSpace {
  readonly learner: LearnerName;
  readonly parameters: Readonly<Record<string, ParameterValue | ParameterRange>>;
}

/** Throws unless every parameter exists and each value and range is one that it may have. */
export function checkSpace({ learner, parameters }: SearchSpace): void {
  for (const [parameter, value] of Object.entries(parameters)) {
    const declaration = declarationOf(learner, parameter);
    if (typeof value !== "object") {
      checkParameter(learner, parameter, value);
      continue;
    }
    const problem = rangeProblem(value, declaration);
    if (problem !== null) throw errors.RANGE_INVALID({ learner, parameter, problem });
    for (const end of value.range === "oneOf" ? value.values : [value.low, value.high]) checkParameter(learner, parameter, end);
  }
}

function rangeProblem(range: ParameterRange, declaration: ParameterDeclaration): string | null {
  if (range.range === "oneOf") return range.values.length === 0 ? "names no value" : null;
  if (declaration.kind !== "number" && declaration.kind !== "integer")
    return "has numbers, but the parameter has none: use oneOf";
  if (!(range.low <= range.high)) return `ends at ${range.high}, below its start ${range.low}`;
  if (range.range === "logBetween" && range.low <= 0) return `starts at ${range.low}, which has no logarithm`;
  return null;
}
