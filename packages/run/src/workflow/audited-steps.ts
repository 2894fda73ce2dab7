import { isAtalayaError } from "@atalaya/errors";
import type { EventKind } from "@atalaya/store";
import type { StageContext } from "../stages/stage.js";
import type { StepClock, StepOutcome, StepReporter } from "./step-clock.js";

/** Does one step of the chain and writes its audit row, whatever comes of it. */
export type AuditedStep = <Outcome extends StepOutcome>(
  name: string,
  work: (report: StepReporter) => Promise<Outcome>,
) => Promise<Outcome>;

/** Which audit table a step belongs to. */
function kindOf(step: string): EventKind {
  if (step.startsWith("ingest")) return "ingestion";
  if (step === "train" || step === "tune") return "training";
  return ["evaluate", "gate", "register", "promote"].includes(step) ? "evaluation" : "transformation";
}

/**
 * The row is written inside the durable step and is keyed by run and step, so a step that is done twice has one row. A
 * failure has a row too, with its code.
 */
export function auditedSteps({ store, run, definition }: StageContext, clock: StepClock): AuditedStep {
  return (step, work) =>
    clock.step(step, async (report) => {
      const started = performance.now();
      const common = { run, step, pipeline: definition.name };
      try {
        const outcome = await work(report);
        if (clock.isDropped(step)) return outcome;
        const { dataset, rowsIn, rowsOut, parameters, metrics } = outcome.audit ?? {};
        await store.audit.record(kindOf(step), {
          ...common,
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
        if (clock.isDropped(step)) throw error;
        await store.audit.record(kindOf(step), {
          ...common,
          status: "failed",
          errorCode: isAtalayaError(error) ? error.code : "UNEXPECTED",
          errorMessage: error instanceof Error ? error.message : String(error),
          durationMs: Math.round(performance.now() - started),
        });
        throw error;
      }
    });
}
