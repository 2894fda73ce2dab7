import { exp } from "../arithmetic/exponential.js";
import { log } from "../arithmetic/logarithm.js";
import type { ParameterDeclaration } from "./parameter-schema.js";
import { declarationOf, type LearnerSpecification, type ParameterValue } from "./resolve-parameters.js";
import type { ParameterRange, SearchSpace } from "./search-space.js";

/** One searched parameter. Searching happens in [0, 1] of each: of a list, the place of the value. */
export interface Axis {
  readonly name: string;
  readonly range: ParameterRange;
  readonly isInteger: boolean;
  /** Values of a list; 0 for numbers. */
  readonly choices: number;
  /** Where a person would begin. */
  readonly usual: ParameterValue;
}

/** The searched parameters of a space, in its order. */
export function axesOf({ learner, parameters }: SearchSpace): Axis[] {
  return Object.entries(parameters).flatMap(([name, range]) => {
    if (typeof range !== "object") return [];
    const declaration = declarationOf(learner, name);
    const isInteger = declaration.kind === "integer";
    const choices = range.range === "oneOf" ? range.values.length : 0;
    return [{ name, range, isInteger, choices, usual: usualValue(range, declaration) }];
  });
}

/** The parameter's default where the range holds it, else the middle, of the logarithm for `logBetween`. */
function usualValue(range: ParameterRange, declaration: ParameterDeclaration): ParameterValue {
  const usual = declaration.default;
  if (range.range === "oneOf") return range.values.includes(usual) ? usual : range.values[0];
  if (typeof usual === "number" && usual >= range.low && usual <= range.high) return usual;
  return valueAt(range, declaration.kind === "integer", 0.5);
}

/** The value at a share (0–1) of the range; integers come whole, the ends as likely as the rest. */
export function valueAt(range: ParameterRange, isInteger: boolean, share: number): ParameterValue {
  if (range.range === "oneOf") return range.values[Math.min(range.values.length - 1, Math.floor(share * range.values.length))];
  const { low, high } = range;
  const [from, to] = scaledEnds(range, isInteger);
  const scaled = from + share * (to - from);
  const value = range.range === "between" ? scaled : exp(scaled);
  return Math.min(high, Math.max(low, isInteger ? Math.round(value) : value));
}

/** The share at which a value lies: of a list, the middle of its part. */
export function shareOf({ range, isInteger }: Axis, value: ParameterValue): number {
  if (range.range === "oneOf") return (range.values.indexOf(value) + 0.5) / range.values.length;
  const [from, to] = scaledEnds(range, isInteger);
  if (typeof value !== "number" || !(to > from)) return 0.5;
  return Math.min(1, Math.max(0, ((range.range === "between" ? value : log(value)) - from) / (to - from)));
}

/** Half a step beyond both ends for integers, so that after rounding the ends are as likely as the rest. */
function scaledEnds(range: Exclude<ParameterRange, { range: "oneOf" }>, isInteger: boolean): [number, number] {
  const from = isInteger ? range.low - 0.5 : range.low;
  const to = isInteger ? range.high + 0.5 : range.high;
  return range.range === "between" ? [from, to] : [log(from), log(to)];
}

/** A point of the unit cube as parameters; fixed ones stay. */
export function specificationAt(space: SearchSpace, axes: readonly Axis[], point: readonly number[]): LearnerSpecification {
  const values = new Map(axes.map(({ name, range, isInteger }, axis) => [name, valueAt(range, isInteger, point[axis])]));
  return withValues(space, values);
}

export function withValues(space: SearchSpace, values: ReadonlyMap<string, ParameterValue>): LearnerSpecification {
  const parameters = Object.entries(space.parameters).map(([name, value]): [string, ParameterValue] => [
    name,
    typeof value === "object" ? (values.get(name) ?? "") : value,
  ]);
  return { learner: space.learner, parameters: Object.fromEntries(parameters) };
}
