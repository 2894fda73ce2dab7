import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import type { FitFeaturesOptions, FittedFeatures, FittedModel, LearnerName, LearnerSpecification } from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { type LabelledRows, rowsInMemory, sampleNote } from "./row-limits.js";
import { fitStreamFeatures, trainingMatrix, trainingStream } from "./stream-features.js";

/** Learners that read bytes, of every row however many there are. */
const STREAMED: ReadonlySet<LearnerName> = new Set<LearnerName>(["gradientBoosting", "randomForest"]);

export interface FittedOnRows {
  readonly fitted: FittedFeatures;
  readonly model: FittedModel;
  /** Rows that encoders and model were fitted on. */
  readonly rowCount: number;
  /** That they are a sample; null: they are all. */
  readonly note: string | null;
}

/** Scale on which a learner fits numbers, and so on which target means are taken. */
export function scaleOf({ parameters }: Pick<LearnerSpecification, "parameters">): FitFeaturesOptions["fitOn"] {
  return parameters["fitOn"] === "log1p" ? "log1p" : "value";
}

/**
 * Fits encoders and a learner on rows that are read block by block: the bytes that `fitFeatures` and `fitModel` give for the same
 * rows in memory. What needs rows as numbers takes a sample of many (see `mostRowsInMemory`).
 */
export async function fitOnRows(
  definition: PipelineDefinition,
  specification: LearnerSpecification,
  training: LabelledRows,
  pool: FitPool,
  onProgress: (done: number, total: number) => void,
): Promise<FittedOnRows> {
  const plan = toFeaturePlan(definition);
  const { seed } = definition.train;
  const streams = STREAMED.has(specification.learner);
  const { rows, target } = streams ? training : rowsInMemory(training, plan.features.length);
  const trained = await fitStreamFeatures(plan, rows, target, { seed, fitOn: scaleOf(specification) });
  const options = { seed, onProgress };
  const model =
    streams && target !== null
      ? await pool.fitStream(specification, { stream: trainingStream(trained, rows), target }, options)
      : await pool.fit(specification, { matrix: await trainingMatrix(trained, rows), target }, options);
  const { rowCount } = rows;
  return { fitted: trained.fitted, model, rowCount, note: sampleNote("fitted on", rowCount, training.rows.rowCount) };
}
