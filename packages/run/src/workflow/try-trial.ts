import { isAtalayaError } from "@atalaya/errors";
import type { RowsReference } from "../artifacts/row-objects.js";
import type { PartsOutcome } from "../stages/split.js";
import type { StageContext } from "../stages/stage.js";
import { openTuning } from "../stages/train.js";
import type { Trial, TrialOutcome } from "../training/trials.js";
import type { Tuning } from "../training/tuning.js";

/** What the trials of a run share in this process: opened by the first of them. */
const openByContext = new WeakMap<StageContext, () => Promise<Tuning>>();

/** One trial. Its row is keyed by run and number, so a trial that is done twice has one. */
export async function tryTrial(
  context: StageContext,
  kept: RowsReference,
  divided: PartsOutcome,
  trial: Trial,
): Promise<TrialOutcome> {
  const open = openByContext.get(context) ?? openTuning(context, kept, divided);
  openByContext.set(context, open);
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

/** Gives back the memory that the trials of a run shared. */
export function forgetTrials(context: StageContext): void {
  openByContext.delete(context);
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
