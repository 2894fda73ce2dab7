import { binStream, type MatrixStream, type SlowMatrixStream } from "../binning/bin-stream.js";
import type { BinnedTable } from "../binning/binned-table.js";
import { errors } from "../errors.js";
import { createEngine } from "../kernels/load-kernels.js";
import type { Workplace } from "../trees/workplace.js";
import type { LearnerSpecification } from "../tune/resolve-parameters.js";
import { fitAt } from "./fit-model.js";
import type { FitOptions, TrainingData } from "./fit-options.js";
import type { FittedModel, Target } from "./model.js";

/** As `TrainingData`, its rows in chunks; targets and weights are in memory. There is no validation part. */
export interface StreamedData {
  readonly stream: MatrixStream;
  readonly target: Target;
  readonly weights?: Float64Array;
}

/** As `StreamedData`, its chunks from an asynchronous reader. */
export interface SlowStreamedData extends Omit<StreamedData, "stream"> {
  readonly stream: SlowMatrixStream;
}

/**
 * `fitModel` for more rows than memory holds as numbers: gradient boosting and random forests learn from bins alone. The same
 * model as from a matrix with these rows. Needs 2 · rows · columns bytes and what the learner needs beside them.
 *
 * @throws also LEARN_STREAM_BROKEN, LEARN_STREAM_UNSUPPORTED, LEARN_TRAINING_MEMORY
 */
export function fitStream(specification: LearnerSpecification, data: StreamedData, options: FitOptions = {}): FittedModel {
  checkStreamed(specification, data, options);
  return fitBinned(specification, data, (bins) => binStream(createEngine(), data.stream, bins), options);
}

/** A fit on one thread with bins that are made elsewhere. */
export function fitBinned(
  specification: LearnerSpecification,
  data: SlowStreamedData,
  bin: (bins: number) => BinnedTable,
  options: FitOptions,
): FittedModel {
  const workplace: Workplace = {
    threads: 1,
    isStreamed: true,
    bin: (_matrix, bins) => bin(bins),
    open: () => {},
    close: () => {},
  };
  return fitAt(workplace, specification, shapeOf(data), options);
}

/** @throws LEARN_STREAM_UNSUPPORTED, LEARN_NO_FEATURES, LEARN_TOO_FEW_ROWS */
export function checkStreamed({ learner }: LearnerSpecification, { stream }: SlowStreamedData, options: FitOptions): void {
  if (learner !== "gradientBoosting" && learner !== "randomForest") throw errors.STREAM_UNSUPPORTED({ what: learner });
  if (options.continueFrom !== undefined) throw errors.STREAM_UNSUPPORTED({ what: "Continued training" });
  if (stream.names.length === 0) throw errors.NO_FEATURES({});
  if (stream.rowCount === 0) throw errors.TOO_FEW_ROWS({ rows: 0, needed: 1 });
}

/** Training data without rows: what a learner asks of a matrix beside its bins. */
export function shapeOf({ stream, target, weights }: SlowStreamedData): TrainingData {
  const { rowCount, names, categoryCounts } = stream;
  const columns = names.map(() => new Float64Array(0));
  const matrix = categoryCounts === undefined ? { rowCount, names, columns } : { rowCount, names, columns, categoryCounts };
  return weights === undefined ? { matrix, target } : { matrix, target, weights };
}

/** A table that was binned by another thread, in a memory that both share. */
export type SharedTable = Omit<BinnedTable, "arena"> & { readonly memory: WebAssembly.Memory; readonly end: number };
