import type { LabelDefinition, PipelineDefinition } from "@atalaya/define";
import {
  type AnomalyEvidence,
  columnOf,
  type Evidence,
  type FittedModel,
  type Frame,
  isMissing,
  type ModelBundle,
  predictRaw,
  readJsonCell,
  selectEvidence,
  selectRows,
  transformFeatures,
} from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { measureNamed } from "../reports/bootstrap.js";
import { calibrationOf } from "../reports/calibration.js";
import type { EvaluationReport, ExplanationSummary, SliceMeasurement } from "../reports/evaluation-report.js";
import { withIntervals } from "../reports/uncertainty.js";
import { evidenceOf, scoresOf } from "./evidence.js";
import { injectedAuroc } from "./injected-anomalies.js";
import { readTarget } from "./target.js";

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
  frame: Frame,
  secondForest: SecondForest,
  pool: FitPool,
): Promise<Evaluated> {
  const { metrics, slices } = definition.evaluate;
  const notes: string[] = [];
  const evidence = await gatherEvidence(definition, bundle, frame, secondForest, notes);
  const { explainRows } = definition.evaluate;
  return {
    report: {
      metrics: withIntervals(
        measureNamed(metrics, evidence, metrics.includes("injectedAuroc") ? injectedAuroc(bundle, frame) : null),
        evidence,
      ),
      calibration: calibrationOf(evidence),
      slices: slices.flatMap((column) => measureSlices(metrics, evidence, frame, column)),
      explanation: explainRows === 0 ? null : await explain(bundle, frame, explainRows, pool),
      notes,
    },
    evidence,
  };
}

async function gatherEvidence(
  definition: PipelineDefinition,
  bundle: ModelBundle,
  frame: Frame,
  secondForest: SecondForest,
  notes: string[],
): Promise<Evidence> {
  const matrix = transformFeatures(bundle.features, frame);
  const raw = predictRaw(bundle.model, matrix);
  const target = readTarget(definition, frame);
  if (target !== null) return evidenceOf(bundle, raw, target);
  const labels = readLabels(definition.features.label, frame);
  if (labels === null) notes.push("no row has a label, so nothing is known of attacks found or missed");
  const wantsStability = definition.evaluate.metrics.includes("scoreStability") && frame.rowCount > 1;
  const other = wantsStability ? await secondForest(bundle) : null;
  const evidence: AnomalyEvidence = {
    task: "anomaly",
    ...scoresOf(bundle.model, raw),
    labels,
    budget: alertBudget(bundle),
    otherScores: other === null ? null : scoresOf(other, predictRaw(other, matrix)).scores,
  };
  return evidence;
}

function alertBudget({ model }: ModelBundle): number | null {
  const budget = model.parameters["alertBudget"];
  return typeof budget === "number" && budget > 0 ? budget : null;
}

/** 1 anomaly, 0 normal, -1 unknown; null when no row has a label. */
function readLabels(label: LabelDefinition | null, frame: Frame): Int8Array | null {
  if (label === null || !frame.columns.has(label.column)) return null;
  const column = columnOf(frame, label.column);
  const normal = new Set<unknown>(label.normal);
  const labels = new Int8Array(frame.rowCount);
  let known = 0;
  for (let row = 0; row < frame.rowCount; row++) {
    if (isMissing(column, row)) labels[row] = -1;
    else {
      labels[row] = normal.has(readJsonCell(column, row)) ? 0 : 1;
      known++;
    }
  }
  return known === 0 ? null : labels;
}

function measureSlices(metrics: readonly string[], evidence: Evidence, frame: Frame, name: string): SliceMeasurement[] {
  const column = frame.columns.get(name);
  if (column === undefined) return [];
  const rowsBySlice = new Map<string, number[]>();
  for (let row = 0; row < frame.rowCount; row++) {
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

/** Mean absolute effects over the first rows, and how closely effects add up to the outputs. Computed on the threads. */
async function explain(bundle: ModelBundle, frame: Frame, most: number, pool: FitPool): Promise<ExplanationSummary> {
  const count = Math.min(most, frame.rowCount);
  const rows = selectRows(
    frame,
    Uint32Array.from({ length: count }, (_, row) => row),
  );
  const { features, model } = bundle;
  const matrix = transformFeatures(features, rows);
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
