import { availableParallelism } from "node:os";
import { isAtalayaError } from "@atalaya/errors";
import type { RowsReference } from "../artifacts/row-objects.js";
import { formatMetric } from "../reports/judge.js";
import type { PartsOutcome } from "../stages/split.js";
import type { StageContext } from "../stages/stage.js";
import { describeSpecification, openTuning } from "../stages/train.js";
import { bestTrial, planTrials, type Trial, type TrialOutcome } from "../training/trials.js";
import { betterOf, objectives, type Tuning } from "../training/tuning.js";
import type { StepClock, StepReporter } from "./step-clock.js";

/**
 * Tries every planned trial, as many at once as there are cores. Each trial is a durable step of its own, so a killed
 * process loses the trials in flight and no other. Trials start in the order of the plan whatever the number of cores:
 * the workflow engine knows steps by the order in which they start.
 */
export async function tune(
  context: StageContext,
  clock: StepClock,
  rows: RowsReference,
  divided: PartsOutcome,
): Promise<readonly TrialOutcome[]> {
  const trials = planTrials(context.definition, objectives(context.definition));
  const open = openTuning(context, rows, divided);
  return clock.group("tune", async (report) => {
    const outcomes: TrialOutcome[] = [];
    await inOrder(trials, availableParallelism(), async (trial) => {
      const outcome = await clock.durable(`trial ${trial.index + 1}`, () => tryAndKeep(context, trial, open));
      outcomes[trial.index] = outcome;
      tell(context, report, outcomes, trials.length);
    });
    return { outcome: outcomes, summary: summarise(context, outcomes) };
  });
}

/** The trial's row is keyed by run and number, so a trial that is done twice has one. */
async function tryAndKeep(context: StageContext, trial: Trial, open: () => Promise<Tuning>): Promise<TrialOutcome> {
  const outcome = await tryOne(trial, open);
  await context.store.runs.recordTrial({
    run: context.run,
    study: trial.study,
    number: trial.index + 1,
    state: outcome.failed === null ? "done" : "failed",
    parameters: outcome.specification,
    metrics: outcome.scores,
    score: outcome.scores[trial.study] ?? null,
    seconds: outcome.seconds,
  });
  return outcome;
}

/** A trial that cannot be fitted is an outcome; only an error that may pass goes on as one. */
async function tryOne(trial: Trial, open: () => Promise<Tuning>): Promise<TrialOutcome> {
  try {
    return await (await open()).try(trial);
  } catch (error) {
    if (!isAtalayaError(error) || error.retryable || error.status >= 500) throw error;
    const { index, specification } = trial;
    return { index, specification, scores: {}, bestRound: null, seconds: 0, failed: error.message };
  }
}

/** Starts items in their order, at most `atOnce` at a time. */
async function inOrder<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}

function tell(context: StageContext, report: StepReporter, outcomes: readonly TrialOutcome[], total: number): void {
  const done = outcomes.filter((outcome) => outcome !== undefined);
  report.progress(done.length, total, "trials", bestSoFar(context, done) ?? undefined);
}

function bestSoFar({ definition }: StageContext, outcomes: readonly TrialOutcome[]): string | null {
  const [metric = ""] = objectives(definition);
  const best = bestTrial(outcomes, metric, betterOf(metric));
  return best === null ? null : `best ${metric} ${formatMetric(best.scores[metric]!)}`;
}

function summarise(context: StageContext, outcomes: readonly TrialOutcome[]): string {
  const [metric = ""] = objectives(context.definition);
  const best = bestTrial(outcomes, metric, betterOf(metric));
  const failed = outcomes.filter((outcome) => outcome.failed !== null);
  if (best === null) return `none of ${outcomes.length} trials could be measured: ${failed[0]?.failed ?? "no score"}`;
  return `${bestSoFar(context, outcomes)} of ${outcomes.length} trials: ${describeSpecification(best.specification)}`;
}
