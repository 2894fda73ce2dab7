import { exp } from "../arithmetic/exponential.js";
import { log } from "../arithmetic/logarithm.js";
import { errors } from "../errors.js";
import type { LearnerName } from "../model/model.js";
import { createRandom } from "../random/random.js";
import type { ParameterDeclaration } from "./parameter-schema.js";
import { checkParameter, declarationOf, type LearnerSpecification, type ParameterValue } from "./resolve-parameters.js";

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
  const found = new Map<string, LearnerSpecification>();
  for (let trial = 0, repeats = 0; found.size < trials && repeats < PATIENCE; trial++) {
    const random = createRandom(seed).fork(trial);
    const parameters = Object.entries(space.parameters).map(([name, value]): [string, ParameterValue] => {
      if (typeof value !== "object") return [name, value];
      const declaration = declarationOf(space.learner, name);
      return [name, trial === 0 ? middle(value, declaration) : draw(value, declaration, random.next())];
    });
    const key = JSON.stringify(parameters);
    if (found.has(key)) repeats++;
    else found.set(key, { learner: space.learner, parameters: Object.fromEntries(parameters) });
  }
  return [...found.values()];
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

function middle(range: ParameterRange, declaration: ParameterDeclaration): ParameterValue {
  const usual = declaration.default;
  if (range.range === "oneOf") return range.values.includes(usual) ? usual : range.values[0];
  if (typeof usual === "number" && usual >= range.low && usual <= range.high) return usual;
  return draw(range, declaration, 0.5);
}

/** The value at a share (0 … 1) of the range. */
function draw(range: ParameterRange, declaration: ParameterDeclaration, share: number): ParameterValue {
  if (range.range === "oneOf") return range.values[Math.floor(share * range.values.length)];
  const { low, high } = range;
  const isInteger = declaration.kind === "integer";
  // Half a step beyond both ends, so that after rounding the ends are as likely as the rest.
  const from = isInteger ? low - 0.5 : low;
  const to = isInteger ? high + 0.5 : high;
  const value = range.range === "between" ? from + share * (to - from) : exp(log(from) + share * (log(to) - log(from)));
  return Math.min(high, Math.max(low, isInteger ? Math.round(value) : value));
}
