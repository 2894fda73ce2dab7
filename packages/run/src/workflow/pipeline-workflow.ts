import { errors } from "../errors.js";
import type { RunResult } from "../events.js";
import { FLOWS, type RunRequest } from "../run-request.js";
import type { DecideOutcome } from "../stages/decide.js";
import type { IngestOutcome } from "../stages/ingest.js";
import type { RowCounts, StageContext } from "../stages/stage.js";
import type { ValidateOutcome } from "../stages/validate.js";
import type { StepPlacing } from "../tasks/step-placing.js";
import { needsTuning } from "../training/trials.js";
import { type AuditedStep, auditedSteps } from "./audited-steps.js";
import { evaluation, type Trained, type Transformed, training, transformation } from "./flows.js";
import type { StepClock } from "./step-clock.js";

/** Names of the steps of each part of the chain, in order: what a terminal and the console draw. */
function stepsByFlow({ definition }: Pick<StageContext, "definition">) {
  const keeps = definition.keepInTables;
  return {
    ingestion: ["ingest"],
    transformation: [
      "validate",
      ...(keeps ? ["keep raw"] : []),
      "decide",
      ...definition.steps.map(({ name }) => `step ${name}`),
      "features",
      "split",
      ...definition.trainOnly.map(({ name }) => `trainOnly ${name}`),
      ...(keeps ? ["keep clean"] : []),
    ],
    training: [...(needsTuning(definition) ? ["tune"] : []), "train"],
    evaluation: [
      ...(definition.evaluate.replay === null ? [] : ["ingest replay", "validate replay"]),
      "evaluate",
      "gate",
      "register",
      "promote",
    ],
  };
}

export function stepNames(context: Pick<StageContext, "definition">, request: RunRequest): string[] {
  const steps = stepsByFlow(context);
  if (request.kind === "only") return steps[request.flow].filter((name) => name !== "decide");
  return FLOWS.flatMap((flow) => steps[flow]);
}

/**
 * The chain as one durable workflow: one step a verb, references between steps. The body itself is deterministic; clock,
 * chance and every kind of I/O live in steps. Renaming or reordering steps needs a new workflow version (see the engine).
 */
export async function pipelineWorkflow(context: StageContext, clock: StepClock, placing: StepPlacing): Promise<RunResult> {
  const started = await clock.durable("start", () => Promise.resolve(Date.now()));
  const steps: Steps = { clock, placing, step: auditedSteps(context, clock, placing) };
  const { request, frames } = context;
  // What stages have loaded may be files of the size of the dataset.
  const ending = await (request.kind === "only" ? oneFlow(context, steps, request.flow) : all(context, steps)).finally(() =>
    frames.clear(),
  );
  return clock.durable("finish", () =>
    Promise.resolve({
      pipeline: context.definition.name,
      run: context.run,
      version: ending.version ?? null,
      verdict: ending.verdict,
      reasons: ending.reasons,
      metrics: ending.metrics ?? {},
      rows: ending.rows,
      model: ending.model ?? null,
      seconds: (Date.now() - started) / 1_000,
    }),
  );
}

/** What carries the steps of this run out. */
interface Steps {
  readonly clock: StepClock;
  readonly placing: StepPlacing;
  readonly step: AuditedStep;
}

interface Ending {
  readonly verdict: RunResult["verdict"];
  readonly reasons: readonly string[];
  readonly rows: RowCounts;
  readonly version?: number;
  readonly metrics?: RunResult["metrics"];
  readonly model?: string;
}

async function all(context: StageContext, { clock, placing, step }: Steps): Promise<Ending> {
  const ingested = await step("ingest", "ingest", { of: "source" });
  await remember(context, clock, "ingestion", ingested);
  const validated = await step("validate", "validate", { ingested });
  const { rows } = validated;
  if (context.definition.keepInTables) await step("keep raw", "keepRaw", { ingested });
  const decided = await step("decide", "decide", { ingested, validated });
  if (rows.accepted === 0) return { verdict: "not-enough-data", reasons: [validated.summary], rows };
  if (!decided.trains) return { verdict: waits(decided), reasons: decided.reasons, rows };
  const transformed = await transformation(context, step, ingested, validated);
  await remember(context, clock, "transformation", transformed);
  const trained = await training(context, clock, placing, step, transformed);
  await remember(context, clock, "training", trained);
  const evaluated = await evaluation(context, step, trained);
  await remember(context, clock, "evaluation", evaluated);
  return evaluated;
}

function waits({ verdict }: DecideOutcome): RunResult["verdict"] {
  return verdict === "not enough data" ? "not-enough-data" : "waiting";
}

/** One part of the chain, on what the part before it left last: a reference that its row in `flows` names. */
async function oneFlow(context: StageContext, { clock, placing, step }: Steps, flow: (typeof FLOWS)[number]): Promise<Ending> {
  const none: RowCounts = { read: 0, accepted: 0, quarantined: 0 };
  switch (flow) {
    case "ingestion": {
      const ingested = await step("ingest", "ingest", { of: "source" });
      await remember(context, clock, flow, ingested);
      return { verdict: "done", reasons: [ingested.summary], rows: none };
    }
    case "transformation": {
      const ingested = await recall<IngestOutcome>(context, clock, "ingestion");
      const validated: ValidateOutcome = await step("validate", "validate", { ingested });
      if (validated.rows.accepted === 0)
        return { verdict: "not-enough-data", reasons: [validated.summary], rows: validated.rows };
      if (context.definition.keepInTables) await step("keep raw", "keepRaw", { ingested });
      const transformed = await transformation(context, step, ingested, validated);
      await remember(context, clock, flow, transformed);
      return { verdict: "done", reasons: [validated.summary, transformed.divided.summary], rows: validated.rows };
    }
    case "training": {
      const trained = await training(context, clock, placing, step, await recall<Transformed>(context, clock, "transformation"));
      await remember(context, clock, flow, trained);
      const { bundle, summary } = trained.trained;
      return { verdict: "done", reasons: [summary], rows: trained.validated.rows, model: bundle.sha256 };
    }
    case "evaluation": {
      const evaluated = await evaluation(context, step, await recall<Trained>(context, clock, "training"));
      await remember(context, clock, flow, evaluated);
      return evaluated;
    }
  }
}

/** Keeps how a part of the chain ended, for a run of the part after it. */
async function remember(context: StageContext, clock: StepClock, flow: (typeof FLOWS)[number], outcome: unknown): Promise<void> {
  const { store, run, definition, definitionHash } = context;
  await clock.durable(`keep ${flow}`, async () => {
    await store.flows.record({ run, flow, pipeline: definition.name, definitionHash, outcome });
    return null;
  });
}

/** @throws RUN_FLOW_MISSING */
async function recall<Outcome>(context: StageContext, clock: StepClock, flow: (typeof FLOWS)[number]): Promise<Outcome> {
  const { store, definition, definitionHash } = context;
  const found = await clock.durable(`take ${flow}`, async () => {
    const last = await store.flows.last(definition.name, flow, definitionHash);
    if (last === null) throw errors.FLOW_MISSING({ pipeline: definition.name, flow });
    return last.outcome;
  });
  // The row is keyed by the definition's hash: what was kept is what this code wrote.
  return found as Outcome;
}
