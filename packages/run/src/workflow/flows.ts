import type { RowsReference } from "../artifacts/row-objects.js";
import type { Holdout } from "../stages/evaluate.js";
import type { IngestOutcome } from "../stages/ingest.js";
import type { PartsOutcome } from "../stages/split.js";
import type { RowCounts, StageContext } from "../stages/stage.js";
import type { TrainOutcome } from "../stages/train.js";
import type { ValidateOutcome } from "../stages/validate.js";
import type { StepPlacing } from "../tasks/step-placing.js";
import { needsTuning } from "../training/trials.js";
import type { AuditedStep } from "./audited-steps.js";
import type { StepClock } from "./step-clock.js";
import { tune } from "./tune.js";

/** What the transformation leaves for the training: references and counts. */
export interface Transformed {
  readonly validated: ValidateOutcome;
  readonly kept: RowsReference;
  readonly divided: PartsOutcome;
}

/** What the training leaves for the evaluation. */
export interface Trained extends Transformed {
  readonly trained: TrainOutcome;
}

/** How an evaluation ended. */
export interface Evaluated {
  readonly verdict: "promoted" | "refused";
  readonly reasons: readonly string[];
  readonly rows: RowCounts;
  readonly version: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly model: string;
}

/** Accepted rows, after the project's own steps and divided into parts. */
export async function transformation(
  context: StageContext,
  step: AuditedStep,
  ingested: IngestOutcome,
  validated: ValidateOutcome,
): Promise<Transformed> {
  const { keepInTables } = context.definition;
  const kept = await keptRows(context, step, { dataset: validated.dataset, kept: null });
  await step("features", "features", { kept });
  const divided = await divide(context, step, kept);
  if (keepInTables) await step("keep clean", "keepClean", { ingested, kept, divided });
  return { validated, kept, divided };
}

async function keptRows(context: StageContext, step: AuditedStep, all: RowsReference): Promise<RowsReference> {
  let kept = all;
  for (const { name } of context.definition.steps) {
    const before = kept;
    kept = (await step(`step ${name}`, "rows", { before, name })).rows;
  }
  return kept;
}

async function divide(context: StageContext, step: AuditedStep, kept: RowsReference): Promise<PartsOutcome> {
  let divided = await step("split", "split", { kept });
  for (const { name } of context.definition.trainOnly) {
    const before = divided;
    divided = await step(`trainOnly ${name}`, "trainOnly", { kept, before, name });
  }
  return divided;
}

/** Tunes where there is something to choose, and fits the model. */
export async function training(
  context: StageContext,
  clock: StepClock,
  placing: StepPlacing,
  step: AuditedStep,
  { validated, kept, divided }: Transformed,
): Promise<Trained> {
  const outcomes = needsTuning(context.definition) ? await tune(context, clock, placing, { kept, divided }) : [];
  const trained = await step("train", "train", { kept, divided, outcomes });
  return { validated, kept, divided, trained };
}

/** Measures the model on rows it has not seen, judges it by the gates, and gives it its version and perhaps the alias. */
export async function evaluation(context: StageContext, step: AuditedStep, before: Trained): Promise<Evaluated> {
  const { validated, kept, divided, trained } = before;
  const holdout: Holdout = { rows: kept, divided, replay: await replayRows(context, step) };
  const evaluated = await step("evaluate", "evaluate", { trained, holdout });
  const judged = await step("gate", "gate", { trained, evaluated, holdout });
  const registered = await step("register", "register", { validated, trained, evaluated, judged });
  await step("promote", "promote", { registered, judged });
  return {
    verdict: judged.pass ? "promoted" : "refused",
    reasons: judged.reasons,
    rows: validated.rows,
    version: registered.version,
    metrics: evaluated.metrics,
    model: trained.bundle.sha256,
  };
}

/** Labelled rows of another source, through the same contract. */
async function replayRows(context: StageContext, step: AuditedStep): Promise<RowsReference | null> {
  const { replay } = context.definition.evaluate;
  if (replay === null) return null;
  const ingested = await step("ingest replay", "ingest", { of: "replay" });
  const { dataset } = await step("validate replay", "validate", { ingested });
  return { dataset, kept: null };
}
