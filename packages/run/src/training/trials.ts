import type { LearnerDefinition, PipelineDefinition } from "@atalaya/define";
import { type LearnerSpecification, report, type SearchState, startSearch, suggest, USUAL_RUNGS } from "@atalaya/learn";
import { betterOf } from "./objectives.js";

/** One thing to try: a learner with concrete parameters. */
export interface Trial {
  readonly index: number;
  /** The metric that its tuning optimises. */
  readonly study: string;
  readonly specification: LearnerSpecification;
  /** Share of its trees that it may use: below 1 in the early stages of a search that prunes. */
  readonly budget: number;
}

/** What came of it; the study is the trial's. Scores are on the validation part; null: not measurable there. */
export interface TrialOutcome {
  readonly index: number;
  readonly specification: LearnerSpecification;
  /** As in the trial; absent: 1. */
  readonly budget?: number;
  readonly scores: Readonly<Record<string, number | null>>;
  /** By fold, where trials are cross-validated: `scores` are their means. */
  readonly scoresByFold?: readonly Readonly<Record<string, number | null>>[];
  /** Rounds of boosting after which the validation part got no better; null where the learner has no rounds. */
  readonly bestRound: number | null;
  readonly seconds: number;
  /** Why the trial gave no model, if it gave none. */
  readonly failed: string | null;
}

/** Keeps the trials of two tunings apart: their random searches must not try the same. */
const SEED_BETWEEN_STUDIES = 1_000;

interface Search {
  readonly study: string;
  readonly state: SearchState;
  /** By the search's own trial number: the trial's index in the whole tuning. */
  readonly indices: readonly number[];
}

/** All searches of a pipeline and what they know; a value, so that the same outcomes lead to the same trials. */
export interface Searches {
  readonly searches: readonly Search[];
  readonly started: number;
}

/**
 * The searches of a pipeline: for each metric to optimise one tuning, side by side; in each, one search for every learner.
 * A learner without ranges is tried once.
 *
 * @param studies metrics to optimise, the first decides between the tunings
 */
export function openSearches({ train }: PipelineDefinition, studies: readonly string[]): Searches {
  const searches = studies.flatMap((study, number) =>
    train.learners.flatMap((learner, position): Search[] => {
      // What has no ranges is the same in every tuning.
      if (number > 0 && !hasRanges(learner)) return [];
      const state = startSearch(learner, {
        kind: train.search,
        better: betterOf(study),
        trials: hasRanges(learner) ? train.trials : 1,
        seed: train.seed + position + number * SEED_BETWEEN_STUDIES,
        rungs: train.prune && hasRanges(learner) && hasTrees(learner) ? USUAL_RUNGS : null,
      });
      return [{ study, state, indices: [] }];
    }),
  );
  return { searches, started: 0 };
}

/** Most trials that there can be; a small space gives fewer. */
export function mostTrials({ searches }: Searches): number {
  return searches.reduce((sum, { state }) => sum + state.trials, 0);
}

/**
 * The next trial: of the search that has had the fewest. Null: none for now; while trials run, their outcomes may allow
 * more.
 */
export function nextTrial({ searches, started }: Searches): { readonly trial: Trial; readonly searches: Searches } | null {
  const byTurn = [...searches].sort((a, b) => a.indices.length - b.indices.length);
  for (const search of byTurn) {
    const next = suggest(search.state);
    if (next === null) continue;
    const { specification, budget } = next.trial;
    const after = { ...search, state: next.state, indices: [...search.indices, started] };
    return {
      trial: { index: started, study: search.study, specification, budget },
      searches: { searches: searches.map((other) => (other === search ? after : other)), started: started + 1 },
    };
  }
  return null;
}

/** What the searches know after a trial ended. */
export function afterTrial({ searches, started }: Searches, outcome: TrialOutcome): Searches {
  return {
    started,
    searches: searches.map((search) => {
      const number = search.indices.indexOf(outcome.index);
      if (number < 0) return search;
      return { ...search, state: report(search.state, { number, score: outcome.scores[search.study] ?? null }) };
    }),
  };
}

/** The parameters of a trial with its share of the trees. */
export function withinBudget({ specification, budget }: Pick<Trial, "specification" | "budget">): LearnerSpecification {
  const { trees } = specification.parameters;
  if (budget === 1 || typeof trees !== "number") return specification;
  return { ...specification, parameters: { ...specification.parameters, trees: Math.max(1, Math.round(trees * budget)) } };
}

/** True when there is anything to choose between: several learners, or a range. */
export function needsTuning({ train, task }: PipelineDefinition): boolean {
  return task !== "anomaly" && (train.learners.length > 1 || train.learners.some(hasRanges));
}

function hasRanges({ parameters }: LearnerDefinition): boolean {
  return Object.values(parameters).some((value) => typeof value === "object");
}

/** Without a named number of trees there is nothing to share out. */
function hasTrees({ parameters }: LearnerDefinition): boolean {
  return parameters["trees"] !== undefined;
}

/** The best trial of the full budget by a metric; of equal ones the earlier. null when none has a score. */
export function bestTrial(outcomes: readonly TrialOutcome[], metric: string, better: "higher" | "lower"): TrialOutcome | null {
  let best: TrialOutcome | null = null;
  let bestScore = 0;
  const largest = Math.max(0, ...outcomes.filter(({ scores }) => scores[metric] != null).map(({ budget = 1 }) => budget));
  for (const outcome of outcomes) {
    const score = outcome.scores[metric] ?? null;
    if (score === null || (outcome.budget ?? 1) < largest) continue;
    if (best === null || (better === "higher" ? score > bestScore : score < bestScore)) {
      best = outcome;
      bestScore = score;
    }
  }
  return best;
}
