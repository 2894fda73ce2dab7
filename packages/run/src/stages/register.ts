import { decodeBundle } from "@atalaya/learn";
import type { StepOutcome } from "../workflow/step-clock.js";
import type { EvaluateOutcome } from "./evaluate.js";
import type { GateOutcome } from "./gate.js";
import type { StageContext } from "./stage.js";
import type { TrainOutcome } from "./train.js";
import type { ValidateOutcome } from "./validate.js";

export interface RegisterOutcome extends StepOutcome {
  readonly version: number;
  /** False when the registry had this very model already. */
  readonly created: boolean;
}

/** Enters the model as a version with its verdict, promoted or not. The same model is the same version. */
export async function register(
  context: StageContext,
  facts: {
    readonly validated: ValidateOutcome;
    readonly trained: TrainOutcome;
    readonly evaluated: EvaluateOutcome;
    readonly judged: GateOutcome;
  },
): Promise<RegisterOutcome> {
  const { registry, store, definition, run } = context;
  const { validated, trained, evaluated, judged } = facts;
  const bundle = decodeBundle(await store.objects.get(trained.bundle));
  const { version, created } = await registry.registerVersion({
    pipeline: definition.name,
    hash: trained.bundle.sha256,
    bundle: trained.bundle,
    run,
    verdict: judged.pass ? "promoted" : "refused",
    reasons: judged.reasons,
    metrics: evaluated.metrics,
    report: evaluated.report,
    datasetReference: validated.dataset.sha256,
    parameters: { learner: trained.specification.learner, ...trained.specification.parameters },
    signature: {
      inputs: bundle.features.inputs,
      target: bundle.target,
      task: bundle.task,
      features: bundle.features.columnNames,
    },
  });
  return { version, created, summary: created ? `version ${version}` : `version ${version}, which is the same model` };
}
