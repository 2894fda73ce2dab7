import type { LabelDefinition, PipelineDefinition } from "@atalaya/define";
import {
  type AnomalyEvidence,
  columnLength,
  type Evidence,
  type FittedModel,
  type FrameColumn,
  isMissing,
  type ModelBundle,
  predictRaw,
  readJsonCell,
  selectEvidence,
  transformFeatures,
} from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { measureNamed } from "../reports/bootstrap.js";
import { calibrationOf } from "../reports/calibration.js";
import type { EvaluationReport, ExplanationSummary, SliceMeasurement } from "../reports/evaluation-report.js";
import { withIntervals } from "../reports/uncertainty.js";
import type { RowStream } from "../rows/row-stream.js";
import { evidenceOf, scoresOf } from "./evidence.js";
import { targetOfRows } from "./gather-target.js";
import { injectedAuroc } from "./injected-anomalies.js";
import { inputNames, predictStream } from "./stream-features.js";

/** A report's own part, and what it was computed from. */
export interface Evaluated {
  readonly report: Pick<EvaluationReport, "metrics" | "slices" | "explanation" | "calibration" | "notes">;
  readonly evidence: Evidence;
}

/** Slices with fewer rows say more about chance than about the model. */
const LEAST_SLICE_ROWS = 50;
const MOST_SLICES = 50;

/** Fits a forest like this model on the run's training rows with another seed: how much of a score is chance. */
export type SecondForest = (bundle: ModelBundle) => Promise<FittedModel>;

/** Metrics, slices and explanations of a model on rows that it has not seen. */
export async function evaluateModel(
  definition: PipelineDefinition,
  bundle: ModelBundle,
  rows: RowStream,
  secondForest: SecondForest,
  pool: FitPool,
): Promise<Evaluated> {
  const { metrics, slices } = definition.evaluate;
  const notes: string[] = [];
  const evidence = await gatherEvidence(definition, bundle, rows, secondForest, notes);
  const { explainRows } = definition.evaluate;
  return {
    report: {
      metrics: withIntervals(
        measureNamed(metrics, evidence, metrics.includes("injectedAuroc") ? await injectedAuroc(bundle, rows) : null),
        evidence,
      ),
      calibration: calibrationOf(evidence),
      slices: await measureAllSlices(metrics, evidence, rows, slices),
      explanation: explainRows === 0 ? null : await explain(bundle, rows.first(explainRows), pool),
      notes,
    },
    evidence,
  };
}

async function gatherEvidence(
  definition: PipelineDefinition,
  bundle: ModelBundle,
  rows: RowStream,
  secondForest: SecondForest,
  notes: string[],
): Promise<Evidence> {
  const { features, model } = bundle;
  const raw = await predictStream(model, features, rows);
  const target = await targetOfRows(definition, rows);
  if (target !== null) return evidenceOf(bundle, raw, target);
  const labels = await readLabels(definition.features.label, rows);
  if (labels === null) notes.push("no row has a label, so nothing is known of attacks found or missed");
  const wantsStability = definition.evaluate.metrics.includes("scoreStability") && rows.rowCount > 1;
  const other = wantsStability ? await secondForest(bundle) : null;
  const evidence: AnomalyEvidence = {
    task: "anomaly",
    ...scoresOf(model, raw),
    labels,
    budget: alertBudget(bundle),
    otherScores: other === null ? null : scoresOf(other, await predictStream(other, features, rows)).scores,
  };
  return evidence;
}

function alertBudget({ model }: ModelBundle): number | null {
  const budget = model.parameters["alertBudget"];
  return typeof budget === "number" && budget > 0 ? budget : null;
}

/** 1 anomaly, 0 normal, -1 unknown; null when no row has a label. */
async function readLabels(label: LabelDefinition | null, rows: RowStream): Promise<Int8Array | null> {
  const column = label === null ? undefined : (await rows.gather([label.column])).columns.get(label.column);
  if (label === null || column === undefined) return null;
  const normal = new Set<unknown>(label.normal);
  const labels = new Int8Array(rows.rowCount);
  let known = 0;
  for (let row = 0; row < labels.length; row++) {
    if (isMissing(column, row)) labels[row] = -1;
    else {
      labels[row] = normal.has(readJsonCell(column, row)) ? 0 : 1;
      known++;
    }
  }
  return known === 0 ? null : labels;
}

async function measureAllSlices(
  metrics: readonly string[],
  evidence: Evidence,
  rows: RowStream,
  names: readonly string[],
): Promise<SliceMeasurement[]> {
  const measured: SliceMeasurement[] = [];
  for (const name of names) {
    const column = (await rows.gather([name])).columns.get(name);
    if (column !== undefined) measured.push(...measureSlices(metrics, evidence, column, name));
  }
  return measured;
}

function measureSlices(metrics: readonly string[], evidence: Evidence, column: FrameColumn, name: string): SliceMeasurement[] {
  const rowsBySlice = new Map<string, number[]>();
  for (let row = 0; row < columnLength(column); row++) {
    const slice = isMissing(column, row) ? "(missing)" : String(readJsonCell(column, row));
    const rows = rowsBySlice.get(slice);
    if (rows === undefined) rowsBySlice.set(slice, [row]);
    else rows.push(row);
  }
  return [...rowsBySlice]
    .filter(([, rows]) => rows.length >= LEAST_SLICE_ROWS)
    .sort(([a, rowsA], [b, rowsB]) => rowsB.length - rowsA.length || (a < b ? -1 : 1))
    .slice(0, MOST_SLICES)
    .map(([slice, rows]) => ({
      column: name,
      slice,
      rows: rows.length,
      metrics: measureNamed(metrics, selectEvidence(evidence, Uint32Array.from(rows))),
    }));
}

/** Mean absolute effects over some rows, and how closely effects add up to the outputs. Computed on the threads. */
async function explain({ features, model }: ModelBundle, rows: RowStream, pool: FitPool): Promise<ExplanationSummary> {
  const count = rows.rowCount;
  const matrix = transformFeatures(features, await rows.gather(inputNames(features)));
  const { base, effects, outputCount, columnCount } = await pool.explain(model, matrix);
  const totalByColumn = new Float64Array(columnCount);
  let largestGap = 0;
  predictRaw(model, matrix).forEach((outputs, output) => {
    for (let row = 0; row < count; row++) {
      const start = (row * outputCount + output) * columnCount;
      let sum = base[output]!;
      for (let column = 0; column < columnCount; column++) {
        const effect = effects[start + column]!;
        sum += effect;
        totalByColumn[column]! += Math.abs(effect);
      }
      largestGap = Math.max(largestGap, Math.abs(sum - outputs[row]!) / Math.max(1, Math.abs(outputs[row]!)));
    }
  });
  const importance = features.features
    .map(({ name, column, width }) => {
      const total = totalByColumn.subarray(column, column + width).reduce((sum, value) => sum + value, 0);
      return { feature: name, meanAbsoluteEffect: total / Math.max(1, count) };
    })
    .sort((a, b) => b.meanAbsoluteEffect - a.meanAbsoluteEffect);
  return { rows: count, space: model.space, largestGap, importance };
}
