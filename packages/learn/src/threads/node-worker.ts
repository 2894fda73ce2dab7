/// <reference types="node" />
import { parentPort } from "node:worker_threads";
import { isAtalayaError } from "@atalaya/errors";
import { type BinnedMatrix, binMatrix } from "../binning/binned-matrix.js";
import { explainRaw } from "../explain/explain.js";
import { fitBinned } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { FittedModel } from "../model/model.js";
import type { WorkerMessage, WorkerTask } from "./messages.js";

/** The data of the last fit and its bins by their largest number: tuning fits the same data again and again. */
let dataset = -1;
let data: TrainingData | null = null;
let binsByLimit = new Map<number, BinnedMatrix>();

const port = parentPort;
if (port === null) throw new Error("This file is the entry of a worker thread.");
const say = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

port.on("message", (task: WorkerTask) => {
  try {
    if (task.kind === "fit") {
      const model = fit(task);
      say({ kind: "fitted", model }, buffersOf(model));
    } else {
      say({ kind: "explained", explanation: explainRaw(task.model, task.matrix) });
    }
  } catch (error) {
    // Any other error ends the thread: its state is unknown, and the pool reports it.
    if (!isAtalayaError(error)) throw error;
    const { code, message, details, hint, status, retryable } = error;
    say({ kind: "failed", error: { code, message, details, hint, status, retryable } });
  }
});

function fit(task: Extract<WorkerTask, { kind: "fit" }>): FittedModel {
  if (data === null || dataset !== task.dataset) {
    dataset = task.dataset;
    data = task.data;
    binsByLimit = new Map();
  }
  const options = {
    ...task.options,
    onProgress: (done: number, total: number) => say({ kind: "progress", done, total }),
    shouldStop: () => Atomics.load(task.stop, 0) === 1,
  };
  return fitBinned(task.specification, data, options, (matrix, bins) => {
    const known = binsByLimit.get(bins);
    if (known !== undefined) return known;
    const binned = binMatrix(matrix, bins);
    binsByLimit.set(bins, binned);
    return binned;
  });
}

function buffersOf({ trees }: FittedModel): ArrayBuffer[] {
  const buffers = Object.values(trees).map((values: unknown) => (ArrayBuffer.isView(values) ? values.buffer : null));
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
