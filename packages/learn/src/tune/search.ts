import { gridSearch } from "./grid-search.js";
import { randomTrial, usualTrial } from "./random-search.js";
import type { LearnerSpecification, ParameterValue } from "./resolve-parameters.js";
import { checkSpace, type SearchSpace } from "./search-space.js";
import type { Rungs, SearchKind, SearchState, SearchTrial, TrialRecord } from "./search-state.js";
import { nextBudget, promotable } from "./successive-halving.js";
import { nextPoint } from "./tree-parzen.js";
import { type Axis, axesOf, shareOf, specificationAt } from "./unit-space.js";

export interface SearchOptions {
  readonly kind?: SearchKind;
  readonly better: "higher" | "lower";
  readonly seed?: number;
  readonly trials: number;
  readonly rungs?: Rungs | null;
}

/** Attempts at parameters that were not tried before, after which a space is taken to be used up. */
const PATIENCE = 80;
/** Attempts after which the densities, which like the same few places of a small space, give way to chance. */
const DENSITY_ATTEMPTS = 10;

/** @throws LEARN_LEARNER_UNKNOWN, LEARN_PARAMETER_UNKNOWN, LEARN_PARAMETER_INVALID, LEARN_RANGE_INVALID */
export function startSearch(space: SearchSpace, options: SearchOptions): SearchState {
  checkSpace(space);
  const { kind = "tpe", better, seed = 0, trials, rungs = null } = options;
  return { kind, space, better, seed, trials, rungs, records: [] };
}

/**
 * The next trial, and the state that knows of it; null when the trials or the space are used up. The same state gives the
 * same suggestion. Several trials may run at once: report each as it ends.
 */
export function suggest(state: SearchState): { readonly trial: SearchTrial; readonly state: SearchState } | null {
  if (state.records.length >= state.trials) return null;
  const trial = promotedTrial(state) ?? newTrial(state);
  if (trial === null) return null;
  return { trial, state: { ...state, records: [...state.records, { ...trial, state: "running", score: null }] } };
}

/** The state after a trial ended; `score` null: it failed or could not be measured. */
export function report(state: SearchState, result: { readonly number: number; readonly score: number | null }): SearchState {
  const { number, score } = result;
  const ending =
    score === null || Number.isNaN(score) ? { state: "failed" as const, score: null } : { state: "done" as const, score };
  return { ...state, records: state.records.map((record) => (record.number === number ? { ...record, ...ending } : record)) };
}

/** The best trial among those of the largest budget; of equal ones the earlier. Null when none has a score. */
export function bestOf(state: SearchState): (TrialRecord & { readonly score: number }) | null {
  const scored = state.records.filter(isScored);
  const budget = Math.max(0, ...scored.map((record) => record.budget));
  const sign = state.better === "lower" ? 1 : -1;
  let best: (TrialRecord & { readonly score: number }) | null = null;
  for (const record of scored) {
    if (record.budget !== budget) continue;
    if (best === null || sign * record.score < sign * best.score) best = record;
  }
  return best;
}

function isScored(record: TrialRecord): record is TrialRecord & { readonly score: number } {
  return record.score !== null;
}

/** Parameters that did well with a smaller budget, with the next. */
function promotedTrial(state: SearchState): SearchTrial | null {
  const { records, rungs, better, trials } = state;
  if (rungs === null) return null;
  // The last trial has the full budget at least once: a best by a ninth of the trees alone is none.
  const isLast = records.length === trials - 1 && records.every(({ budget }) => budget < 1);
  const winner = isLast ? bestOf(state) : promotable(records, rungs, better);
  if (winner === null) return null;
  const { specification, first, budget } = winner;
  return { number: records.length, specification, first, budget: isLast ? 1 : nextBudget(budget, rungs) };
}

function newTrial(state: SearchState): SearchTrial | null {
  const specification = newSpecification(state);
  if (specification === null) return null;
  const number = state.records.length;
  return { number, specification, first: number, budget: state.rungs === null ? 1 : state.rungs.least };
}

function newSpecification(state: SearchState): LearnerSpecification | null {
  const { space, kind, records } = state;
  const tried = new Set(records.map(({ specification }) => keyOf(specification)));
  if (kind === "grid") {
    return gridSearch(space, state.trials).find((specification) => !tried.has(keyOf(specification))) ?? null;
  }
  const axes = axesOf(space);
  for (let attempt = 0; attempt < PATIENCE; attempt++) {
    // Attempts that were in vain are drawn anew; the first attempts number the trials through.
    const draw = records.length + attempt * state.trials;
    const isFree = kind === "random" || attempt >= DENSITY_ATTEMPTS;
    const specification =
      draw === 0
        ? usualTrial(space, axes)
        : isFree
          ? randomTrial(space, axes, state.seed, draw)
          : pointedTrial(state, axes, draw);
    if (!tried.has(keyOf(specification))) return specification;
  }
  return null;
}

function pointedTrial(state: SearchState, axes: readonly Axis[], draw: number): LearnerSpecification {
  return specificationAt(state.space, axes, nextPoint(axes, observations(state, axes), state.seed, draw));
}

/** What the densities are made of: the largest budget of which enough is known, and all that has no score. */
function observations(state: SearchState, axes: readonly Axis[]) {
  const enough = axes.length + 2;
  const budgets = [...new Set(state.records.map(({ budget }) => budget))].sort((a, b) => b - a);
  const budget =
    budgets.find((one) => state.records.filter((record) => record.budget === one && isScored(record)).length >= enough) ??
    budgets.at(-1);
  const sign = state.better === "lower" ? 1 : -1;
  return state.records
    .filter((record) => record.budget === budget || (record.score === null && record.first === record.number))
    .map(({ specification, score }) => ({
      point: axes.map((axis) => shareOf(axis, specification.parameters[axis.name])),
      score: score === null ? null : sign * score,
    }));
}

function keyOf({ parameters }: LearnerSpecification): string {
  const entries: readonly (readonly [string, ParameterValue])[] = Object.entries(parameters);
  return JSON.stringify(entries);
}
