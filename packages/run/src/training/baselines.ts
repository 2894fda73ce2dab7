import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import type { Evidence, FittedModel, LearnerName, Target } from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { measureNamed } from "../reports/bootstrap.js";
import type { BaselineMeasurement } from "../reports/evaluation-report.js";
import type { RowStream } from "../rows/row-stream.js";
import { evidenceOf } from "./evidence.js";
import { targetOfRows } from "./gather-target.js";
import { fitStreamFeatures, predictStream, trainingMatrix } from "./stream-features.js";

/** From the least that a model can know to the most that a weighted sum can. */
const BASELINES = ["dummy", "linear"] as const satisfies readonly LearnerName[];

/** The rows that baselines are fitted on, few enough to be held as numbers. */
export interface BaselineRows {
  readonly rows: RowStream;
  readonly target: Target;
}

/**
 * The pipeline's metrics of simple models, fitted on the same training rows and measured on the same others: a table then
 * says whether trees pay. A baseline on the model's own scale (log1p or not); none for anomalies, which have no target.
 */
export async function measureBaselines(
  definition: PipelineDefinition,
  { parameters, learner }: FittedModel,
  { rows, target }: BaselineRows,
  holdout: RowStream,
  pool: FitPool,
): Promise<BaselineMeasurement[]> {
  const truth = await targetOfRows(definition, holdout);
  if (truth === null) return [];
  const fitOn = parameters["fitOn"] === "log1p" ? "log1p" : "value";
  const { seed } = definition.train;
  const trained = await fitStreamFeatures(toFeaturePlan(definition), rows, target, { seed, fitOn });
  const data = { matrix: await trainingMatrix(trained, rows), target };
  const measured: BaselineMeasurement[] = [];
  for (const baseline of BASELINES) {
    if (baseline === learner) continue;
    const model = await pool.fit({ learner: baseline, parameters: { fitOn } }, data, { seed });
    const evidence = evidenceOf({ model }, await predictStream(model, trained.fitted, holdout), truth);
    measured.push({ learner: baseline, metrics: metricsOf(definition.evaluate.metrics, evidence) });
  }
  return measured;
}

/** A value of 1e308 in a feature takes a weighted sum beyond all numbers: that is the baseline's measure, not the run's end. */
function metricsOf(names: readonly string[], evidence: Evidence): BaselineMeasurement["metrics"] {
  if (hasFinitePredictions(evidence)) return measureNamed(names, evidence);
  return Object.fromEntries(names.map((name) => [name, { notMeasured: "its predictions are not finite" }]));
}

function hasFinitePredictions(evidence: Evidence): boolean {
  switch (evidence.task) {
    case "regression":
      return evidence.predicted.every(Number.isFinite);
    case "classification":
      return evidence.probability.every((values) => values.every(Number.isFinite));
    case "anomaly":
      return true;
  }
}
