import { errors } from "../errors.js";
import type { LearnerName } from "../model/model.js";
import { createRandom } from "../random/random.js";
import type { ParameterDeclaration } from "./parameter-schema.js";
import { checkParameter, declarationOf, type LearnerSpecification, type ParameterValue } from "./resolve-parameters.js";
import { type Axis, axesOf, specificationAt, withValues } from "./unit-space.js";

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

/** Draws that may repeat an earlier trial before the search takes the space to be used up. */
const PATIENCE = 50;

/**
 * Trials of a seeded random search. The first is the one that a person would try: of each range the parameter's default
 * where it lies within, else the middle (of the logarithm for `logBetween`, the first of `oneOf`). The others are drawn;
 * none is repeated, so a small space gives fewer trials. Integers stay integers.
 *
 * @throws LEARN_LEARNER_UNKNOWN, LEARN_PARAMETER_UNKNOWN, LEARN_PARAMETER_INVALID, LEARN_RANGE_INVALID
 */
export function randomSearch(space: SearchSpace, trials: number, seed: number): LearnerSpecification[] {
  checkSpace(space);
  const axes = axesOf(space);
  const found = new Map<string, LearnerSpecification>();
  for (let trial = 0, repeats = 0; found.size < trials && repeats < PATIENCE; trial++) {
    const specification = trial === 0 ? usualTrial(space, axes) : randomTrial(space, axes, seed, trial);
    const key = JSON.stringify(specification.parameters);
    if (found.has(key)) repeats++;
    else found.set(key, specification);
  }
  return [...found.values()];
}

/** What a person would try first. */
export function usualTrial(space: SearchSpace, axes: readonly Axis[]): LearnerSpecification {
  return withValues(space, new Map(axes.map(({ name, usual }) => [name, usual])));
}

export function randomTrial(space: SearchSpace, axes: readonly Axis[], seed: number, draw: number): LearnerSpecification {
  const random = createRandom(seed).fork(draw);
  return specificationAt(
    space,
    axes,
    axes.map(() => random.next()),
  );
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
