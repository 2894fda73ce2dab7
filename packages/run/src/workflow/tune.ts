import type { RowsReference } from "../artifacts/row-objects.js";
import { formatMetric } from "../reports/judge.js";
import type { PartsOutcome } from "../stages/split.js";
import type { StageContext } from "../stages/stage.js";
import { describeSpecification } from "../stages/train.js";
import type { StepPlacing } from "../tasks/step-placing.js";
import { betterOf, objectives } from "../training/objectives.js";
import { afterTrial, bestTrial, mostTrials, nextTrial, openSearches, type TrialOutcome } from "../training/trials.js";
import type { StageCall } from "./carry-out-stage.js";
import type { StepClock, StepReporter } from "./step-clock.js";
import { forgetTrials } from "./try-trial.js";

/**
 * Tries what the searches suggest, so many trials at once as the pipeline says. Each trial is a durable step of its own, so
 * a killed process loses the trials in flight and no other.
 *
 * The workflow engine knows steps by the order in which they start, and a continued run must suggest what the first
 * process did. So a trial is suggested when the oldest that runs has ended, whichever else ended before, and from the
 * outcomes of those before it alone: neither the number of cores nor their speed changes a trial.
 *
 * Trials that are suggested at the same moment are launched together, as one Job where trials are pods.
 */
export async function tune(
  context: StageContext,
  clock: StepClock,
  placing: StepPlacing,
  rows: { readonly kept: RowsReference; readonly divided: PartsOutcome },
): Promise<readonly TrialOutcome[]> {
  return clock.group("tune", async (report) => {
    const outcomes: TrialOutcome[] = [];
    let searches = openSearches(context.definition, objectives(context.definition));
    const most = mostTrials(searches);
    const running: Promise<Settled>[] = [];
    for (;;) {
      const together: StageCall<"trial">[] = [];
      while (running.length + together.length < context.definition.train.parallel) {
        const next = nextTrial(searches);
        if (next === null) break;
        searches = next.searches;
        together.push({ step: `trial ${next.trial.index + 1}`, stage: "trial", input: { ...rows, trial: next.trial } });
      }
      for (const call of together) {
        const follower = { report: quiet(report), signal: clock.signal, isDropped: () => clock.isDropped(call.step), together };
        running.push(settle(clock.durable(call.step, () => placing.carryOut(context, call, follower))));
      }
      const oldest = running.shift();
      if (oldest === undefined) {
        forgetTrials(context);
        return { outcome: outcomes, summary: summarise(context, outcomes) };
      }
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

/** Trees of single trials say nothing: the tuning tells of its trials. */
const quiet = ({ note }: StepReporter): StepReporter => ({ progress: () => {}, note });

type Settled = { readonly outcome: TrialOutcome } | { readonly error: unknown };

/** An ending that waits to be looked at: an error of a trial that nobody awaits yet must not end the process. */
function settle(trial: Promise<TrialOutcome>): Promise<Settled> {
  return trial.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
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
