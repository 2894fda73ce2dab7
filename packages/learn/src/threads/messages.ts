import type { ErrorDetails } from "@atalaya/errors";
import type { BinnedColumns } from "../binning/binned-columns.js";
import type { BinnedFeature } from "../binning/binned-table.js";
import { errors } from "../errors.js";
import type { Explanation } from "../explain/explain.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FitOptions, OutOfBag, TrainingData } from "../model/fit-options.js";
import type { SharedTable } from "../model/fit-stream.js";
import type { FittedModel } from "../model/model.js";
import type { LearnerSpecification } from "../tune/resolve-parameters.js";

/** What a thread is asked to do. Columns lie in shared memory: posting them copies nothing. */
export type WorkerTask =
  | {
      readonly kind: "fit";
      readonly specification: LearnerSpecification;
      /** Fits on the same data carry the same number: the thread keeps the bins that it made of them. */
      readonly dataset: number;
      readonly data: TrainingData;
      readonly options: Pick<FitOptions, "seed" | "earlyStoppingRounds" | "continueFrom">;
      readonly wantsOutOfBag: boolean;
      /** Bins that were made already, where the rows come in chunks; the data's matrix is then only a shape. */
      readonly table: SharedTable | null;
      /** Bins that threads made together; null: the thread makes its own. */
      readonly binned: BinnedColumns | null;
      /** Threads that may come to work on it, this one included. */
      readonly threads: number;
      /** Set to 1 when the fit is to stop. */
      readonly stop: Int32Array;
    }
  /** Work on another thread's fit, as its thread of that number, until it ends or sends for the thread. */
  | { readonly kind: "help"; readonly memory: WebAssembly.Memory; readonly epoch: number; readonly thread: number }
  /** Bin the chosen features of some data into shared memory. */
  | {
      readonly kind: "bin";
      readonly matrix: FeatureMatrix;
      readonly validation: FeatureMatrix | undefined;
      readonly bins: number;
      readonly chosen: readonly number[];
      readonly into: Uint8Array<SharedArrayBuffer>;
    }
  /** Some of `rowsInAll` rows. */
  | { readonly kind: "explain"; readonly model: FittedModel; readonly matrix: FeatureMatrix; readonly rowsInAll: number };

/** What a thread says. A task ends with `binned`, `fitted`, `explained`, `left` or `failed`, or with the thread's death. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "binned"; readonly features: readonly BinnedFeature[] }
  | { readonly kind: "fitted"; readonly model: FittedModel; readonly outOfBag: OutOfBag | null }
  /** A fit may be helped on from now on. */
  | { readonly kind: "recruit"; readonly memory: WebAssembly.Memory; readonly epoch: number }
  /** The thread helps no more. */
  | { readonly kind: "left" }
  | { readonly kind: "explained"; readonly explanation: Explanation }
  | { readonly kind: "failed"; readonly error: PlainError };

/** An `AtalayaError` as structured clone can carry it. */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly hint: string | undefined;
  readonly status: number;
  readonly retryable: boolean;
}

/** A thread said what nobody asked it for. */
export function unexpected(message: WorkerMessage): Error {
  return errors.FIT_WORKER_DIED({ reason: `it answered "${message.kind}"` });
}
