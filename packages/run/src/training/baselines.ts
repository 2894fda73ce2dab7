import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  type FittedModel,
  type Frame,
  fitFeatures,
  type LearnerName,
  predictRaw,
  type Target,
  transformFeatures,
} from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { measureNamed } from "../reports/bootstrap.js";
import type { BaselineMeasurement } from "../reports/evaluation-report.js";
import { evidenceOf } from "./evidence.js";
import { readTarget } from "./target.js";

/** From the least that a model can know to the most that a weighted sum can. */
const BASELINES = ["dummy", "linear"] as const satisfies readonly LearnerName[];

/** The rows that baselines are fitted on. */
export interface BaselineRows {
  readonly training: Frame;
  readonly target: Target;
}

/**
 * The pipeline's metrics of simple models, fitted on the same training rows and measured on the same others: a table then
 * says whether trees pay. A baseline on the model's own scale (log1p or not); none for anomalies, which have no target.
 */
export async function measureBaselines(
  definition: PipelineDefinition,
  { parameters, learner }: FittedModel,
  { training, target }: BaselineRows,
  holdout: Frame,
  pool: FitPool,
): Promise<BaselineMeasurement[]> {
  const truth = readTarget(definition, holdout);
  if (truth === null) return [];
  const fitOn = parameters["fitOn"] === "log1p" ? "log1p" : "value";
  const { seed } = definition.train;
  const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(definition), training, target, { seed, fitOn });
  const matrix = transformFeatures(fitted, holdout);
  const measured: BaselineMeasurement[] = [];
  for (const baseline of BASELINES) {
    if (baseline === learner) continue;
    const model = await pool.fit({ learner: baseline, parameters: { fitOn } }, { matrix: trainingMatrix, target }, { seed });
    const evidence = evidenceOf({ model }, predictRaw(model, matrix), truth);
    measured.push({ learner: baseline, metrics: measureNamed(definition.evaluate.metrics, evidence) });
  }
  return measured;
}
