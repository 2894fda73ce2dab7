import type { Gate } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import { type Evidence, type Frame, type Measurements, measure, metricsOf } from "@atalaya/learn";
import type { Registry } from "@atalaya/registry";
import { betterOf, bootstrapDifference, type EvaluationReport, judge } from "@atalaya/run";
import { openBundle, type ScoringModel } from "@atalaya/serve";
import type { ImportedModel } from "./imported-model.js";
import type { LabelledRows } from "./read-labelled-rows.js";

/** What gates said of an import. */
export interface ImportVerdict {
  /** `imported`: no gate was asked. */
  readonly verdict: "promoted" | "refused" | "imported";
  readonly reasons: readonly string[];
  readonly report: EvaluationReport | null;
}

export interface JudgeRequest {
  readonly pipeline: string;
  readonly hash: string;
  readonly model: ImportedModel;
  readonly rows: LabelledRows | null;
  /** Those of the project's pipeline of this name, and those of the command. */
  readonly gates: readonly Gate<string>[];
  readonly alias: string;
  readonly registry: Pick<Registry, "aliasOf" | "loadBundle">;
}

/** Measures an imported model on labelled rows and asks the gates, against the version that carries the alias now. */
export async function judgeImport(request: JudgeRequest): Promise<ImportVerdict> {
  const { pipeline, hash, model, rows, gates } = request;
  const scoring = openBundle(model.bytes);
  const judged = rows?.judged ?? null;
  if (judged === null || model.task === "anomaly") {
    if (gates.length === 0) return { verdict: "imported", reasons: ["no gate judged it"], report: null };
    const report = reportOf(pipeline, hash, 0, {});
    return { ...judgeBy(gates, report), report: null };
  }
  const ours = evidenceOf(scoring, judged.frame, judged.truth);
  const report = reportOf(pipeline, hash, judged.frame.rowCount, measured(ours));
  const champion = await championOn(request, judged);
  if (gates.length === 0) return { verdict: "imported", reasons: ["no gate judged it"], report };
  const comparison = {
    champion: champion?.report ?? null,
    difference: (metric: string, confidence: number) =>
      champion?.evidence == null ? null : bootstrapDifference(metric, betterOf(metric), ours, champion.evidence, confidence),
  };
  return { ...judgeBy(gates, report, comparison), report };
}

function judgeBy(
  gates: readonly Gate<string>[],
  report: EvaluationReport,
  comparison: Omit<Parameters<typeof judge>[2], "betterOf"> = { champion: null, difference: () => null },
): Pick<ImportVerdict, "verdict" | "reasons"> {
  const { pass, reasons } = judge(gates, report, { ...comparison, betterOf });
  return { verdict: pass ? "promoted" : "refused", reasons };
}

/** The version that carries the alias, on the same rows. One that cannot answer them has no metrics: rules against it then refuse. */
async function championOn(
  { registry, pipeline, alias }: JudgeRequest,
  { frame, truth }: NonNullable<LabelledRows["judged"]>,
): Promise<{ readonly report: EvaluationReport; readonly evidence: Evidence | null } | null> {
  if ((await registry.aliasOf(pipeline, alias)) === null) return null;
  try {
    const { bytes, hash } = await registry.loadBundle(pipeline, { alias });
    const evidence = evidenceOf(openBundle(bytes), frame, truth);
    return { evidence, report: reportOf(pipeline, hash, frame.rowCount, measured(evidence)) };
  } catch (error) {
    if (!isAtalayaError(error) || error.retryable) throw error;
    return { evidence: null, report: reportOf(pipeline, "", frame.rowCount, {}) };
  }
}

function measured(evidence: Evidence): Measurements {
  return measure(metricsOf(evidence.task), evidence);
}

function evidenceOf(model: ScoringModel, frame: Frame, truth: readonly (number | string)[]): Evidence {
  const predictions = model.predict(frame);
  if (model.classes === null) {
    const predicted = Float64Array.from(predictions, (prediction) => ("value" in prediction ? prediction.value : Number.NaN));
    return { task: "regression", truth: Float64Array.from(truth, Number), predicted };
  }
  const { classes } = model;
  const probability = classes.map((name) =>
    Float64Array.from(predictions, (prediction) => ("probability" in prediction ? (prediction.probability[name] ?? 0) : 0)),
  );
  return { task: "classification", classes, truth: Int32Array.from(truth, (name) => classes.indexOf(String(name))), probability };
}

function reportOf(pipeline: string, model: string, rows: number, metrics: EvaluationReport["metrics"]): EvaluationReport {
  const notes = ["measured when the model was imported"];
  return { pipeline, model, dataset: "", evaluatedOn: "replay", rows, metrics, slices: [], explanation: null, notes };
}
