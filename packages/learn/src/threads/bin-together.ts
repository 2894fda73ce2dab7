import type { BinnedColumns } from "../binning/binned-columns.js";
import type { BinnedFeature } from "../binning/binned-table.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { TrainingData } from "../model/fit-options.js";
import { type LearnerSpecification, resolveParameters } from "../tune/resolve-parameters.js";
import { unexpected, type WorkerMessage, type WorkerTask } from "./messages.js";

/** Data that threads read without a copy. */
export interface SharedData {
  /** Tells the data of one call from those of another. */
  readonly dataset: number;
  readonly data: TrainingData;
  /** By number of bins, and whether rows of validation are among them: the last one that was asked for. */
  readonly binned: Map<string, Promise<BinnedColumns>>;
}

type Run = (task: WorkerTask) => Promise<WorkerMessage>;

/** Fewer bins are made by the thread that fits: sharing the work has its price, too. */
const FEWEST_CELLS = 200_000;

/**
 * The bins that a fit needs, made by all threads, some columns each, and kept as long as the data: trials of a tuner fit the
 * same ones. Null where the fit had better make its own, or is going to refuse the data. Needs rows · columns bytes.
 *
 * @throws LEARN_FEATURE_NOT_FINITE for one such column, the same one every time
 */
export async function binTogether(
  { learner, parameters }: LearnerSpecification,
  { data, binned }: SharedData,
  threads: number,
  run: Run,
): Promise<BinnedColumns | null> {
  if (threads === 1 || (learner !== "gradientBoosting" && learner !== "randomForest")) return null;
  const { matrix } = data;
  const validation = learner === "gradientBoosting" ? data.validation?.matrix : undefined;
  const rows = matrix.rowCount + (validation?.rowCount ?? 0);
  if (rows * matrix.columns.length < FEWEST_CELLS || !isConsistent(matrix, validation)) return null;
  const { bins } = resolveParameters(learner, parameters);
  const key = `${bins} ${validation === undefined ? 0 : 1}`;
  let made = binned.get(key);
  if (made === undefined) {
    made = binColumns({ matrix, validation, bins, threads }, rows, run);
    binned.clear();
    binned.set(key, made);
    // A thread that died is replaced; the next call tries again.
    made.catch(() => binned.delete(key));
  }
  return await made;
}

interface Binning {
  readonly matrix: FeatureMatrix;
  readonly validation: FeatureMatrix | undefined;
  readonly bins: number;
  readonly threads: number;
}

async function binColumns({ matrix, validation, bins, threads }: Binning, rows: number, run: Run): Promise<BinnedColumns> {
  const count = matrix.columns.length;
  const into = new Uint8Array(new SharedArrayBuffer(rows * count));
  const parts = Math.min(threads, count);
  const chosenByPart = Array.from({ length: parts }, (_, part) => everyNth(count, parts, part));
  const results = await Promise.allSettled(
    chosenByPart.map((chosen) => run({ kind: "bin", matrix, validation, bins, chosen, into })),
  );
  const features = new Array<BinnedFeature>(count);
  for (const [part, result] of results.entries()) {
    if (result.status === "rejected") throw result.reason;
    if (result.value.kind !== "binned") throw unexpected(result.value);
    for (const [place, feature] of result.value.features.entries()) features[chosenByPart[part][place]] = feature;
  }
  return { bytes: into, features };
}

function everyNth(count: number, step: number, first: number): number[] {
  return Array.from({ length: Math.ceil((count - first) / step) }, (_, place) => first + place * step);
}

function isConsistent(matrix: FeatureMatrix, validation: FeatureMatrix | undefined): boolean {
  const isWhole = ({ columns, rowCount }: FeatureMatrix): boolean => columns.every((values) => values.length === rowCount);
  return (
    isWhole(matrix) && (validation === undefined || (isWhole(validation) && validation.columns.length === matrix.columns.length))
  );
}
