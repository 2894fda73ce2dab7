import type { RowsReference } from "../artifacts/row-objects.js";
import { evaluate, type Holdout } from "../stages/evaluate.js";
import { features } from "../stages/features.js";
import { gate } from "../stages/gate.js";
import { type IngestOutcome, ingest } from "../stages/ingest.js";
import { keepClean } from "../stages/keep-rows.js";
import { promote } from "../stages/promote.js";
import { register } from "../stages/register.js";
import { rows } from "../stages/rows.js";
import { type PartsOutcome, split, trainOnly } from "../stages/split.js";
import type { RowCounts, StageContext } from "../stages/stage.js";
import { type TrainOutcome, train } from "../stages/train.js";
import { type ValidateOutcome, validate } from "../stages/validate.js";
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
  await step("features", () => features(context, kept));
  const divided = await divide(context, step, kept);
  if (keepInTables) await step("keep clean", () => keepClean(context, ingested, kept, divided));
  return { validated, kept, divided };
}

async function keptRows(context: StageContext, step: AuditedStep, all: RowsReference): Promise<RowsReference> {
  let kept = all;
  for (const { name } of context.definition.steps) {
    const before = kept;
    kept = (await step(`step ${name}`, (report) => rows(context, before, name, report))).rows;
  }
  return kept;
}

async function divide(context: StageContext, step: AuditedStep, kept: RowsReference): Promise<PartsOutcome> {
  let divided = await step("split", () => split(context, kept));
  for (const { name } of context.definition.trainOnly) {
    const before = divided;
    divided = await step(`trainOnly ${name}`, (report) => trainOnly(context, kept, before, name, report));
  }
  return divided;
}

/** Tunes where there is something to choose, and fits the model. */
export async function training(
  context: StageContext,
  clock: StepClock,
  step: AuditedStep,
  { validated, kept, divided }: Transformed,
): Promise<Trained> {
  const outcomes = needsTuning(context.definition) ? await tune(context, clock, kept, divided) : [];
  const trained = await step("train", (report) => train(context, kept, divided, outcomes, report));
  return { validated, kept, divided, trained };
}

/** Measures the model on rows it has not seen, judges it by the gates, and gives it its version and perhaps the alias. */
export async function evaluation(context: StageContext, step: AuditedStep, before: Trained): Promise<Evaluated> {
  const { validated, kept, divided, trained } = before;
  const holdout: Holdout = { rows: kept, divided, replay: await replayRows(context, step) };
  const evaluated = await step("evaluate", () => evaluate(context, trained, holdout));
  const judged = await step("gate", (report) => gate(context, trained, evaluated, holdout, report));
  const registered = await step("register", () => register(context, { validated, trained, evaluated, judged }));
  await step("promote", () => promote(context, registered, judged));
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
  const ingested = await step("ingest replay", (report) => ingest(context, replay, report));
  const { dataset } = await step("validate replay", (report) => validate(context, ingested, report));
  return { dataset, kept: null };
}
