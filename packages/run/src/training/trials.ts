import type { LearnerDefinition, PipelineDefinition } from "@atalaya/define";
import { type LearnerSpecification, randomSearch } from "@atalaya/learn";

/** One thing to try: a learner with concrete parameters. */
export interface Trial {
  readonly index: number;
  /** The metric that its tuning optimises. */
  readonly study: string;
  readonly specification: LearnerSpecification;
}

/** What came of it; the study is the trial's. Scores are on the validation part; null: not measurable there. */
export interface TrialOutcome {
  readonly index: number;
  readonly specification: LearnerSpecification;
  readonly scores: Readonly<Record<string, number | null>>;
  /** Rounds of boosting after which the validation part got no better; null where the learner has no rounds. */
  readonly bestRound: number | null;
  readonly seconds: number;
  /** Why the trial gave no model, if it gave none. */
  readonly failed: string | null;
}

/** Keeps the trials of two tunings apart: their random searches must not try the same. */
const SEED_BETWEEN_STUDIES = 1_000;

/**
 * The trials of a pipeline: one tuning for each metric to optimise, side by side; in each, for every learner with ranges so
 * many as it asks for, and one for a learner without. The same definition gives the same trials, so a continued run tries what
 * the first process would have tried.
 *
 * @param studies metrics to optimise, the first decides between the tunings
 */
export function planTrials({ train }: PipelineDefinition, studies: readonly string[]): Trial[] {
  const planned = studies.map((study, number) => {
    const specifications = train.learners.flatMap((learner, position) =>
      // What has no ranges is the same in every tuning.
      number > 0 && !hasRanges(learner)
        ? []
        : randomSearch(learner, hasRanges(learner) ? train.trials : 1, train.seed + position + number * SEED_BETWEEN_STUDIES),
    );
    return specifications.map((specification) => ({ study, specification }));
  });
  const longest = Math.max(0, ...planned.map((trials) => trials.length));
  const sideBySide = Array.from({ length: longest }, (_, turn) => planned.flatMap((trials) => trials[turn] ?? [])).flat();
  return sideBySide.map((trial, index) => ({ ...trial, index }));
}

/** True when there is anything to choose between: several learners, or a range. */
export function needsTuning({ train, task }: PipelineDefinition): boolean {
  return task !== "anomaly" && (train.learners.length > 1 || train.learners.some(hasRanges));
}

function hasRanges({ parameters }: LearnerDefinition): boolean {
  return Object.values(parameters).some((value) => typeof value === "object");
}

/** The best trial by a metric; of equal ones the earlier. null when none has a score. */
export function bestTrial(outcomes: readonly TrialOutcome[], metric: string, better: "higher" | "lower"): TrialOutcome | null {
  let best: TrialOutcome | null = null;
  let bestScore = 0;
  for (const outcome of outcomes) {
    const score = outcome.scores[metric] ?? null;
    if (score === null) continue;
    if (best === null || (better === "higher" ? score > bestScore : score < bestScore)) {
      best = outcome;
      bestScore = score;
    }
  }
  return best;
}
