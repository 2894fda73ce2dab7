import type { RowsReference } from "../artifacts/row-objects.js";
import { type DecideOutcome, decide } from "../stages/decide.js";
import { type EvaluateOutcome, evaluate, type Holdout } from "../stages/evaluate.js";
import { type FeaturesOutcome, features } from "../stages/features.js";
import { type GateOutcome, gate } from "../stages/gate.js";
import { type IngestOutcome, ingest, ingestNext } from "../stages/ingest.js";
import { type KeepOutcome, keepClean, keepRaw } from "../stages/keep-rows.js";
import { promote } from "../stages/promote.js";
import { type RegisterOutcome, register } from "../stages/register.js";
import { type RowsOutcome, rows } from "../stages/rows.js";
import { type PartsOutcome, split, trainOnly } from "../stages/split.js";
import type { StageContext } from "../stages/stage.js";
import { type TrainOutcome, train } from "../stages/train.js";
import { type ValidateOutcome, validate } from "../stages/validate.js";
import type { Trial, TrialOutcome } from "../training/trials.js";
import type { StepOutcome, StepReporter } from "./step-clock.js";
import { tryTrial } from "./try-trial.js";

/** What each stage is given: references and small facts, as JSON, for it may be carried out by another process. */
export interface StageInputs {
  readonly ingest: { readonly of: "source" | "replay" };
  readonly validate: { readonly ingested: IngestOutcome };
  readonly keepRaw: { readonly ingested: IngestOutcome };
  readonly decide: { readonly ingested: IngestOutcome; readonly validated: ValidateOutcome };
  readonly rows: { readonly before: RowsReference; readonly name: string };
  readonly features: { readonly kept: RowsReference };
  readonly split: { readonly kept: RowsReference };
  readonly trainOnly: { readonly kept: RowsReference; readonly before: PartsOutcome; readonly name: string };
  readonly keepClean: { readonly ingested: IngestOutcome; readonly kept: RowsReference; readonly divided: PartsOutcome };
  readonly trial: { readonly kept: RowsReference; readonly divided: PartsOutcome; readonly trial: Trial };
  readonly train: {
    readonly kept: RowsReference;
    readonly divided: PartsOutcome;
    readonly outcomes: readonly TrialOutcome[];
  };
  readonly evaluate: { readonly trained: TrainOutcome; readonly holdout: Holdout };
  readonly gate: { readonly trained: TrainOutcome; readonly evaluated: EvaluateOutcome; readonly holdout: Holdout };
  readonly register: {
    readonly validated: ValidateOutcome;
    readonly trained: TrainOutcome;
    readonly evaluated: EvaluateOutcome;
    readonly judged: GateOutcome;
  };
  readonly promote: { readonly registered: RegisterOutcome; readonly judged: GateOutcome };
}

/** What each stage leaves: references and small facts again. */
export interface StageOutcomes {
  readonly ingest: IngestOutcome;
  readonly validate: ValidateOutcome;
  readonly keepRaw: KeepOutcome;
  readonly decide: DecideOutcome;
  readonly rows: RowsOutcome;
  readonly features: FeaturesOutcome;
  readonly split: PartsOutcome;
  readonly trainOnly: PartsOutcome;
  readonly keepClean: KeepOutcome;
  readonly trial: TrialOutcome;
  readonly train: TrainOutcome;
  readonly evaluate: EvaluateOutcome;
  readonly gate: GateOutcome;
  readonly register: RegisterOutcome;
  readonly promote: StepOutcome;
}

export type StageName = keyof StageInputs;
/** A trial has a row of its own and none in the audit log. */
export type AuditedStage = Exclude<StageName, "trial">;

type Stages = {
  readonly [Name in StageName]: (
    context: StageContext,
    input: StageInputs[Name],
    report: StepReporter,
  ) => Promise<StageOutcomes[Name]>;
};

/**
 * The work of every durable step, by the name of its stage. Several steps may share one (`step trim` and `step dedupe` are
 * both `rows`). A stage gets everything else that it needs from the store, so any process that has it can carry it out.
 */
export const stages: Stages = {
  ingest: (context, { of }, report) => {
    const { definition, request } = context;
    const { replay } = definition.evaluate;
    if (of === "replay" && replay !== null) return ingest(context, replay, report);
    return request.kind === "watch" ? ingestNext(context, definition.source) : ingest(context, definition.source, report);
  },
  validate: (context, { ingested }, report) => validate(context, ingested, report),
  keepRaw: (context, { ingested }) => keepRaw(context, ingested),
  decide: (context, { ingested, validated }) => decide(context, context.request, ingested, validated),
  rows: (context, { before, name }, report) => rows(context, before, name, report),
  features: (context, { kept }) => features(context, kept),
  split: (context, { kept }) => split(context, kept),
  trainOnly: (context, { kept, before, name }, report) => trainOnly(context, kept, before, name, report),
  keepClean: (context, { ingested, kept, divided }) => keepClean(context, ingested, kept, divided),
  trial: (context, { kept, divided, trial }) => tryTrial(context, kept, divided, trial),
  train: (context, { kept, divided, outcomes }, report) => train(context, kept, divided, outcomes, report),
  evaluate: (context, { trained, holdout }) => evaluate(context, trained, holdout),
  gate: (context, { trained, evaluated, holdout }, report) => gate(context, trained, evaluated, holdout, report),
  register: (context, facts) => register(context, facts),
  promote: (context, { registered, judged }) => promote(context, registered, judged),
};

export function isStageName(name: string): name is StageName {
  return Object.hasOwn(stages, name);
}
