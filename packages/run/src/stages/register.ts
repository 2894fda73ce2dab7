import { decodeBundle } from "@atalaya/learn";
import { readManifest } from "../artifacts/dataset.js";
import type { StepOutcome } from "../workflow/step-clock.js";
import type { EvaluateOutcome } from "./evaluate.js";
import type { GateOutcome } from "./gate.js";
import { servingOf } from "./serving-of.js";
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
  await recordDataset(context, validated);
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
      ...(definition.serve === undefined ? {} : { serving: servingOf(definition) }),
    },
  });
  return { version, created, summary: created ? `version ${version}` : `version ${version}, which is the same model` };
}

/** From a version one finds its dataset, and from the dataset the batches that it is made of. */
async function recordDataset(context: StageContext, { dataset }: ValidateOutcome): Promise<void> {
  const { store, definition, run } = context;
  const manifest = await readManifest(context, dataset);
  const known = await store.batches.list(definition.name);
  const idByHash = new Map(known.map(({ sha256, id }) => [sha256, id]));
  await store.datasets.record({
    pipeline: definition.name,
    name: definition.dataset.name,
    sha256: dataset.sha256,
    rows: manifest.rows.accepted,
    columns: definition.dataset.columns,
    batches: manifest.batches.flatMap(({ raw }) => idByHash.get(raw) ?? []),
    objects: manifest.batches.flatMap(({ silver }) => silver),
    split: definition.split,
    run,
  });
}
