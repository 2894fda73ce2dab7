/// <reference types="node" />
import { parentPort } from "node:worker_threads";
import { isAtalayaError } from "@atalaya/errors";
import { binSomeColumns } from "../binning/binned-columns.js";
import { explainRaw } from "../explain/explain.js";
import { createEngine, joinEngine } from "../kernels/load-kernels.js";
import type { FittedModel } from "../model/model.js";
import { help } from "../trees/team.js";
import type { WorkerMessage, WorkerTask } from "./messages.js";
import { fitTask } from "./node-fits.js";

const port = parentPort;
if (port === null) throw new Error("This file is the entry of a worker thread.");
const say = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

port.on("message", (task: WorkerTask) => {
  try {
    if (task.kind === "fit") {
      const { model, outOfBag } = fitTask(task, say);
      say({ kind: "fitted", model, outOfBag }, buffersOf(model));
    } else if (task.kind === "help") {
      helpWith(task);
      say({ kind: "left" });
    } else if (task.kind === "bin") {
      const { matrix, validation, bins, chosen, into } = task;
      say({ kind: "binned", features: binSomeColumns(createEngine(), matrix, bins, validation, chosen, into) });
    } else {
      say({ kind: "explained", explanation: explainRaw(task.model, task.matrix, task.rowsInAll) });
    }
  } catch (error) {
    // Any other error ends the thread: its state is unknown, and the pool reports it.
    if (!isAtalayaError(error)) throw error;
    const { code, message, details, hint, status, retryable } = error;
    say({ kind: "failed", error: { code, message, details, hint, status, retryable } });
  }
});

function helpWith({ memory, epoch, thread }: Extract<WorkerTask, { kind: "help" }>): void {
  const { buffer } = memory;
  help({ kernels: joinEngine(memory), ints: new Int32Array(buffer), doubles: new Float64Array(buffer), thread }, epoch);
}

function buffersOf({ trees }: FittedModel): ArrayBuffer[] {
  const buffers = Object.values(trees).map((values: unknown) => (ArrayBuffer.isView(values) ? values.buffer : null));
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
