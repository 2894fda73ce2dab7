import {
  decodeBundle,
  type Evidence,
  type FittedModel,
  type Frame,
  type ModelBundle,
  selectRows,
  transformFeatures,
} from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import type { EvaluationReport } from "../reports/evaluation-report.js";
import { formatMetric } from "../reports/judge.js";
import { evaluateModel } from "../training/evaluate-model.js";
import { rowsOfPart, TEST, TRAIN } from "../training/parts.js";
import type { StepOutcome } from "../workflow/step-clock.js";
import { loadParts, type PartsOutcome } from "./split.js";
import type { StageContext } from "./stage.js";
import type { TrainOutcome } from "./train.js";

/** Added to the seed for the second forest, which tells how stable the scores are. */
const SECOND_SEED = 1;

export interface EvaluateOutcome extends StepOutcome {
  readonly report: ObjectReference;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** The rows to judge by: the test part of the run's rows, or the labelled rows of a replay source. */
export interface Holdout {
  readonly rows: RowsReference;
  readonly divided: PartsOutcome;
  readonly replay: RowsReference | null;
}

/** Judges the challenger on rows that nothing was fitted on and nothing was chosen by. */
export async function evaluate(context: StageContext, trained: TrainOutcome, holdout: Holdout): Promise<EvaluateOutcome> {
  const bytes = await context.store.objects.get(trained.bundle);
  const { report } = await reportOn(context, decodeBundle(bytes), trained.bundle.sha256, holdout);
  return storeReport(context, report);
}

/** A report, and the truth and answers that it was computed from. */
export interface Judged {
  readonly report: EvaluationReport;
  readonly evidence: Evidence;
}

/** How a model does on the holdout. */
export async function reportOn(context: StageContext, bundle: ModelBundle, hash: string, holdout: Holdout): Promise<Judged> {
  const { rows, divided, replay } = holdout;
  const frame = replay === null ? await loadPart(context, rows, divided, TEST) : await loadRows(context, replay);
  const { report, evidence } = await evaluateModel(
    context.definition,
    bundle,
    frame,
    (judged) => fitSecondForest(context, judged, holdout),
    context.pool,
  );
  return {
    report: {
      pipeline: context.definition.name,
      model: hash,
      dataset: (replay ?? rows).dataset.sha256,
      evaluatedOn: replay === null ? "test" : "replay",
      rows: frame.rowCount,
      ...report,
    },
    evidence,
  };
}

async function loadPart(context: StageContext, rows: RowsReference, divided: PartsOutcome, part: number): Promise<Frame> {
  const frame = await loadRows(context, rows);
  return selectRows(frame, rowsOfPart(await loadParts(context, divided), part));
}

async function fitSecondForest(
  context: StageContext,
  { model, features }: ModelBundle,
  { rows, divided }: Holdout,
): Promise<FittedModel> {
  const training = await loadPart(context, rows, divided, TRAIN);
  const matrix = transformFeatures(features, training);
  const seed = context.definition.train.seed + SECOND_SEED;
  return context.pool.fit({ learner: model.learner, parameters: model.parameters }, { matrix, target: null }, { seed });
}

export async function storeReport(context: StageContext, report: EvaluationReport): Promise<EvaluateOutcome> {
  const metrics = Object.fromEntries(
    Object.entries(report.metrics).map(([name, measured]) => [name, "value" in measured ? measured.value : null]),
  );
  const said = Object.entries(metrics).flatMap(([name, value]) => (value === null ? [] : [`${name} ${formatMetric(value)}`]));
  return {
    report: await writeJsonObject(context.store, "eval", context.definition.name, "report", report),
    rows: report.rows,
    metrics,
    audit: {
      dataset: report.dataset,
      rowsIn: report.rows,
      rowsOut: report.rows,
      metrics,
      parameters: { evaluatedOn: report.evaluatedOn },
    },
    summary: [
      `${said.join(", ") || "nothing could be measured"} on ${report.rows.toLocaleString("en-US")} rows`,
      ...report.notes,
    ].join("; "),
  };
}

export function loadReport(context: StageContext, outcome: EvaluateOutcome): Promise<EvaluationReport> {
  return readJsonObject<EvaluationReport>(context.store, outcome.report);
}
