import type { StageContext } from "../stages/stage.js";
import type { StepPlacing } from "../tasks/step-placing.js";
import type { AuditedStage, StageInputs, StageOutcomes } from "./stage-registry.js";
import type { StepClock } from "./step-clock.js";

/** Does one step of the chain, here or elsewhere, and writes its audit row, whatever comes of it. */
export type AuditedStep = <Name extends AuditedStage>(
  step: string,
  stage: Name,
  input: StageInputs[Name],
) => Promise<StageOutcomes[Name]>;

export function auditedSteps(context: StageContext, clock: StepClock, placing: StepPlacing): AuditedStep {
  return (step, stage, input) =>
    clock.step(step, (report) =>
      placing.carryOut(context, { step, stage, input }, { report, signal: clock.signal, isDropped: () => clock.isDropped(step) }),
    );
}
