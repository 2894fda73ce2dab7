import { createRandom } from "../random/random.js";
import type { LearnerSpecification } from "./resolve-parameters.js";
import { checkSpace, type SearchSpace } from "./search-space.js";
import { type Axis, axesOf, specificationAt, withValues } from "./unit-space.js";

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
