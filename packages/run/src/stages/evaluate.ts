import { decodeBundle, type Evidence, type FittedModel, type ModelBundle } from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import type { BaselineMeasurement, EvaluationReport } from "../reports/evaluation-report.js";
import { formatMetric } from "../reports/judge.js";
import { RowStream } from "../rows/row-stream.js";
import { measureBaselines } from "../training/baselines.js";
import { evaluateModel } from "../training/evaluate-model.js";
import { targetOf } from "../training/gather-target.js";
import { rowsOfPart, TEST, TRAIN } from "../training/parts.js";
import { mostRowsInMemory, rowsInMemory, sampleNote } from "../training/row-limits.js";
import { matrixOfRows } from "../training/stream-features.js";
import { selectTarget } from "../training/target.js";
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
  const bundle = decodeBundle(bytes);
  const { report } = await reportOn(context, bundle, trained.bundle.sha256, holdout);
  const { baselines, note } = await baselinesOn(context, bundle, holdout);
  const notes = [...(trained.notes ?? []).map((text) => `the model was ${text}`), ...report.notes];
  return storeReport(context, { ...report, baselines, notes: note === null ? notes : [...notes, note] });
}

interface Baselines {
  readonly baselines: BaselineMeasurement[];
  /** That they were fitted on a sample; null: they were not. */
  readonly note: string | null;
}

/** Simple models beside the challenger, where the test part judges it. */
async function baselinesOn(
  context: StageContext,
  { model }: ModelBundle,
  { rows, divided, replay }: Holdout,
): Promise<Baselines> {
  const { definition, pool } = context;
  if (replay !== null || definition.features.target === null) return { baselines: [], note: null };
  const stored = await loadRows(context, rows);
  const parts = await loadParts(context, divided);
  const target = await targetOf(definition, stored);
  if (target === null) return { baselines: [], note: null };
  const positions = rowsOfPart(parts, TRAIN);
  const all = { rows: new RowStream(stored, positions), target: selectTarget(target, positions) };
  const training = rowsInMemory(all, model.trees.featureCount);
  const holdout = new RowStream(stored, rowsOfPart(parts, TEST));
  return {
    baselines: await measureBaselines(
      definition,
      model,
      { rows: training.rows, target: training.target ?? target },
      holdout,
      pool,
    ),
    note: sampleNote("the simple models were fitted on", training.rows.rowCount, positions.length),
  };
}

/** A report, and the truth and answers that it was computed from. */
export interface Judged {
  readonly report: EvaluationReport;
  readonly evidence: Evidence;
}

/** How a model does on the holdout. */
export async function reportOn(context: StageContext, bundle: ModelBundle, hash: string, holdout: Holdout): Promise<Judged> {
  const { rows, divided, replay } = holdout;
  const judged = replay === null ? await loadPart(context, rows, divided, TEST) : new RowStream(await loadRows(context, replay));
  const { report, evidence } = await evaluateModel(
    context.definition,
    bundle,
    judged,
    (first) => fitSecondForest(context, first, holdout),
    context.pool,
  );
  return {
    report: {
      pipeline: context.definition.name,
      model: hash,
      dataset: (replay ?? rows).dataset.sha256,
      evaluatedOn: replay === null ? "test" : "replay",
      rows: judged.rowCount,
      ...report,
    },
    evidence,
  };
}

async function loadPart(context: StageContext, rows: RowsReference, divided: PartsOutcome, part: number): Promise<RowStream> {
  const stored = await loadRows(context, rows);
  return new RowStream(stored, rowsOfPart(await loadParts(context, divided), part));
}

async function fitSecondForest(
  context: StageContext,
  { model, features }: ModelBundle,
  { rows, divided }: Holdout,
): Promise<FittedModel> {
  const training = await loadPart(context, rows, divided, TRAIN);
  const matrix = await matrixOfRows(features, training.sample(mostRowsInMemory(features.columnNames.length)));
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
      ...(report.baselines ?? []).flatMap((baseline) => saidOf(baseline)),
      ...report.notes,
    ].join("; "),
  };
}

/** A baseline by the first metric that it has. */
function saidOf({ learner, metrics }: BaselineMeasurement): string[] {
  const first = Object.entries(metrics).find(([, measured]) => "value" in measured);
  if (first === undefined || !("value" in first[1])) return [];
  return [`${learner === "dummy" ? "without features" : "linear"} ${first[0]} ${formatMetric(first[1].value)}`];
}

export function loadReport(context: StageContext, outcome: EvaluateOutcome): Promise<EvaluationReport> {
  return readJsonObject<EvaluationReport>(context.store, outcome.report);
}
