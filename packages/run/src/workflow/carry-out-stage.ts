import { isAtalayaError } from "@atalaya/errors";
import { type EventKind, isDatabaseAway } from "@atalaya/store";
import type { StageContext } from "../stages/stage.js";
import { type StageInputs, type StageName, type StageOutcomes, stages } from "./stage-registry.js";
import type { StepFacts, StepReporter } from "./step-clock.js";

/** One step of a run: which stage it is, and what that is given. */
export interface StageCall<Name extends StageName = StageName> {
  readonly step: string;
  readonly stage: Name;
  readonly input: StageInputs[Name];
}

/** Which audit table a step belongs to. */
function kindOf(step: string): EventKind {
  if (step.startsWith("ingest")) return "ingestion";
  if (step === "train" || step === "tune" || step.startsWith("trial ")) return "training";
  return ["evaluate", "gate", "register", "promote"].includes(step) ? "evaluation" : "transformation";
}

/**
 * Does the work of a step in this process and writes its audit row, whatever comes of it. The row is keyed by run and step,
 * so a step that is done twice has one row. A failure has a row too, with its code.
 *
 * @param isDropped  true when nobody wants the outcome any more: then nothing is written about it
 */
export async function carryOutStage<Name extends StageName>(
  context: StageContext,
  { step, stage, input }: StageCall<Name>,
  report: StepReporter,
  isDropped: () => boolean,
): Promise<StageOutcomes[Name]> {
  const started = performance.now();
  try {
    const outcome = await stages[stage](context, input, report);
    const facts = factsOf(outcome);
    if (facts === null || isDropped()) return outcome;
    const { dataset, rowsIn, rowsOut, parameters, metrics } = facts;
    await context.store.audit.record(kindOf(step), {
      run: context.run,
      step,
      pipeline: context.definition.name,
      datasetReference: dataset ?? null,
      rowsIn: rowsIn ?? null,
      rowsOut: rowsOut ?? null,
      parameters: parameters ?? {},
      metrics: metrics ?? {},
      status: "done",
      durationMs: Math.round(performance.now() - started),
    });
    return outcome;
  } catch (error) {
    if (!isDropped() && stage !== "trial" && !isDatabaseAway(error))
      await recordFailure(context, step, error, performance.now() - started);
    throw error;
  }
}

/** The audit row of a step that failed, or whose process did. */
export async function recordFailure(context: StageContext, step: string, error: unknown, durationMs: number): Promise<void> {
  await context.store.audit.record(kindOf(step), {
    run: context.run,
    step,
    pipeline: context.definition.name,
    status: "failed",
    errorCode: isAtalayaError(error) ? error.code : "UNEXPECTED",
    errorMessage: error instanceof Error ? error.message : String(error),
    durationMs: Math.round(durationMs),
  });
}

/** What the audit row says; null: a trial has a row of its own, and none here. */
function factsOf(outcome: StageOutcomes[StageName]): StepFacts | null {
  if (!("summary" in outcome)) return null;
  return outcome.audit ?? {};
}
