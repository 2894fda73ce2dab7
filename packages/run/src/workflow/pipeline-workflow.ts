import type { RowsReference } from "../artifacts/row-objects.js";
import type { RunResult } from "../events.js";
import { evaluate, type Holdout } from "../stages/evaluate.js";
import { features } from "../stages/features.js";
import { gate } from "../stages/gate.js";
import { ingest } from "../stages/ingest.js";
import { promote } from "../stages/promote.js";
import { register } from "../stages/register.js";
import { rows } from "../stages/rows.js";
import { type PartsOutcome, split, trainOnly } from "../stages/split.js";
import type { RowCounts, StageContext } from "../stages/stage.js";
import { train } from "../stages/train.js";
import { validate } from "../stages/validate.js";
import { needsTuning } from "../training/trials.js";
import { type AuditedStep, auditedSteps } from "./audited-steps.js";
import type { StepClock } from "./step-clock.js";
import { tune } from "./tune.js";

/** Names of a pipeline's steps, in order: the chain that a terminal and the console draw. */
export function stepNames({ definition }: Pick<StageContext, "definition">): string[] {
  return [
    "ingest",
    "validate",
    ...definition.steps.map(({ name }) => `step ${name}`),
    "features",
    "split",
    ...definition.trainOnly.map(({ name }) => `trainOnly ${name}`),
    ...(needsTuning(definition) ? ["tune"] : []),
    "train",
    ...(definition.evaluate.replay === null ? [] : ["ingest replay", "validate replay"]),
    "evaluate",
    "gate",
    "register",
    "promote",
  ];
}

/**
 * The chain as one durable workflow: one step a verb, references between steps. The body itself is deterministic; clock,
 * chance and every kind of I/O live in steps. Renaming or reordering steps needs a new workflow version (see the engine).
 */
export async function pipelineWorkflow(context: StageContext, clock: StepClock): Promise<RunResult> {
  const { definition } = context;
  const started = await clock.durable("start", () => Promise.resolve(Date.now()));
  const step = auditedSteps(context, clock);

  const ingested = await step("ingest", (report) => ingest(context, definition.source, report));
  const validated = await step("validate", (report) => validate(context, ingested, report));
  if (validated.rows.accepted === 0) {
    return finish(context, clock, started, validated.rows, { verdict: "not-enough-data", reasons: [validated.summary] });
  }
  const kept = await keptRows(context, step, { dataset: validated.dataset, kept: null });
  await step("features", () => features(context, kept));
  const divided = await divide(context, step, kept);

  const outcomes = needsTuning(definition) ? await tune(context, clock, kept, divided) : [];
  const trained = await step("train", (report) => train(context, kept, divided, outcomes, report));
  const holdout: Holdout = { rows: kept, divided, replay: await replayRows(context, step) };
  const evaluated = await step("evaluate", () => evaluate(context, trained, holdout));
  const judged = await step("gate", (report) => gate(context, trained, evaluated, holdout, report));
  const registered = await step("register", () => register(context, { validated, trained, evaluated, judged }));
  await step("promote", () => promote(context, registered, judged));

  return finish(context, clock, started, validated.rows, {
    verdict: judged.pass ? "promoted" : "refused",
    reasons: judged.reasons,
    version: registered.version,
    metrics: evaluated.metrics,
    model: trained.bundle.sha256,
  });
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

/** Labelled rows of another source, through the same contract. */
async function replayRows(context: StageContext, step: AuditedStep): Promise<RowsReference | null> {
  const { replay } = context.definition.evaluate;
  if (replay === null) return null;
  const ingested = await step("ingest replay", (report) => ingest(context, replay, report));
  const { dataset } = await step("validate replay", (report) => validate(context, ingested, report));
  return { dataset, kept: null };
}

interface Ending {
  readonly verdict: RunResult["verdict"];
  readonly reasons: readonly string[];
  readonly version?: number;
  readonly metrics?: RunResult["metrics"];
  readonly model?: string;
}

function finish(context: StageContext, clock: StepClock, started: number, counts: RowCounts, ending: Ending): Promise<RunResult> {
  return clock.durable("finish", () =>
    Promise.resolve({
      pipeline: context.definition.name,
      run: context.run,
      version: ending.version ?? null,
      verdict: ending.verdict,
      reasons: ending.reasons,
      metrics: ending.metrics ?? {},
      rows: counts,
      model: ending.model ?? null,
      seconds: (Date.now() - started) / 1_000,
    }),
  );
}
