import type { LearnerSpecification, ParameterValue } from "./resolve-parameters.js";
import { checkSpace, type SearchSpace } from "./search-space.js";
import { type Axis, axesOf, valueAt, withValues } from "./unit-space.js";

/**
 * The trials of a grid: every value of a list, and as many evenly placed values of each other range as so many trials
 * allow (ends included from two on, the middle for one). The last range changes fastest. Lists alone may be too many: then
 * the grid is cut at `trials`.
 */
export function gridSearch(space: SearchSpace, trials: number): LearnerSpecification[] {
  checkSpace(space);
  const axes = axesOf(space);
  const steps = axes.map(({ choices }) => Math.max(1, choices));
  let size = steps.reduce((product, count) => product * count, 1);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [place, axis] of axes.entries()) {
      const larger = (size / steps[place]) * (steps[place] + 1);
      if (axis.choices > 0 || larger > trials || steps[place] >= distinctValues(axis)) continue;
      steps[place]++;
      size = larger;
      grown = true;
    }
  }
  const values = axes.map((axis, place) => valuesOf(axis, steps[place]));
  return Array.from({ length: Math.min(size, trials) }, (_, trial) => {
    let rest = trial;
    const chosen = new Map<string, ParameterValue>();
    for (let place = axes.length - 1; place >= 0; place--) {
      chosen.set(axes[place].name, values[place][rest % steps[place]]);
      rest = Math.floor(rest / steps[place]);
    }
    return withValues(space, chosen);
  });
}

function distinctValues({ range, isInteger }: Axis): number {
  if (range.range === "oneOf") return range.values.length;
  if (range.low === range.high) return 1;
  return isInteger ? range.high - range.low + 1 : Number.POSITIVE_INFINITY;
}

function valuesOf(axis: Axis, count: number): ParameterValue[] {
  const { range, isInteger } = axis;
  if (range.range === "oneOf") return [...range.values];
  if (count === 1) return [axis.usual];
  const values = Array.from({ length: count }, (_, step) => valueAt(range, false, step / (count - 1)));
  return isInteger ? distinctIntegers(values) : values;
}

/** Rounded, and where two round to one, the later the next: on a logarithmic scale small numbers lie close. */
function distinctIntegers(values: readonly ParameterValue[]): ParameterValue[] {
  let least = Number.NEGATIVE_INFINITY;
  return values.map((value) => {
    const whole = Math.max(typeof value === "number" ? Math.round(value) : 0, least);
    least = whole + 1;
    return whole;
  });
}
