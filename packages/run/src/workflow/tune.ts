import { isAtalayaError } from "@atalaya/errors";
import type { RowsReference } from "../artifacts/row-objects.js";
import { formatMetric } from "../reports/judge.js";
import type { PartsOutcome } from "../stages/split.js";
import type { StageContext } from "../stages/stage.js";
import { describeSpecification, openTuning } from "../stages/train.js";
import { betterOf, objectives } from "../training/objectives.js";
import { afterTrial, bestTrial, mostTrials, nextTrial, openSearches, type Trial, type TrialOutcome } from "../training/trials.js";
import type { Tuning } from "../training/tuning.js";
import type { StepClock, StepReporter } from "./step-clock.js";

/**
 * Tries what the searches suggest, so many trials at once as the pipeline says. Each trial is a durable step of its own, so
 * a killed process loses the trials in flight and no other.
 *
 * The workflow engine knows steps by the order in which they start, and a continued run must suggest what the first
 * process did. So a trial is suggested when the oldest that runs has ended, whichever else ended before, and from the
 * outcomes of those before it alone: neither the number of cores nor their speed changes a trial.
 */
export async function tune(
  context: StageContext,
  clock: StepClock,
  rows: RowsReference,
  divided: PartsOutcome,
): Promise<readonly TrialOutcome[]> {
  const open = openTuning(context, rows, divided);
  return clock.group("tune", async (report) => {
    const outcomes: TrialOutcome[] = [];
    let searches = openSearches(context.definition, objectives(context.definition));
    const most = mostTrials(searches);
    const running: Promise<Settled>[] = [];
    for (;;) {
      const next = running.length < context.definition.train.parallel ? nextTrial(searches) : null;
      if (next !== null) {
        searches = next.searches;
        running.push(settle(clock.durable(`trial ${next.trial.index + 1}`, () => tryAndKeep(context, next.trial, open))));
        continue;
      }
      const oldest = running.shift();
      if (oldest === undefined) return { outcome: outcomes, summary: summarise(context, outcomes) };
      const settled = await oldest;
      if ("error" in settled) {
        await Promise.all(running);
        throw settled.error;
      }
      outcomes[settled.outcome.index] = settled.outcome;
      searches = afterTrial(searches, settled.outcome);
      tell(context, report, outcomes, most);
    }
  });
}

type Settled = { readonly outcome: TrialOutcome } | { readonly error: unknown };

/** An ending that waits to be looked at: an error of a trial that nobody awaits yet must not end the process. */
function settle(trial: Promise<TrialOutcome>): Promise<Settled> {
  return trial.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
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
    const { index, specification, budget } = trial;
    return { index, specification, budget, scores: {}, bestRound: null, seconds: 0, failed: error.message };
  }
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
