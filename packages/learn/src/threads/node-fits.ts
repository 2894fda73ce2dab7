/// <reference types="node" />
import { tableOfColumns } from "../binning/binned-columns.js";
import { type BinnedTable, binTable } from "../binning/binned-table.js";
import { Arena } from "../kernels/arena.js";
import { createEngine, type Engine, joinEngine } from "../kernels/load-kernels.js";
import { fitAt } from "../model/fit-model.js";
import type { OutOfBag, TrainingData } from "../model/fit-options.js";
import type { SharedTable } from "../model/fit-stream.js";
import type { FittedModel } from "../model/model.js";
import { closeFit, isDeserted, openFit } from "../trees/team.js";
import type { Workplace } from "../trees/workplace.js";
import type { WorkerMessage, WorkerTask } from "./messages.js";

type FitTask = Extract<WorkerTask, { kind: "fit" }>;

/** Tables that are remembered: tuning fits the same data with few numbers of bins. */
const KEPT_TABLES = 2;

/** The data of the last fit and its bins: tuning fits the same data again and again. */
let dataset = -1;
let data: TrainingData | null = null;
const tables = new Map<string, BinnedTable>();

/**
 * Fits what a task says, on remembered bins where there are some. Calls other threads to help where it may.
 *
 * @throws what `fitModel` throws, LEARN_FIT_WORKER_DIED
 */
export function fitTask(task: FitTask, say: (message: WorkerMessage) => void): { model: FittedModel; outOfBag: OutOfBag | null } {
  if (data === null || dataset !== task.dataset) {
    dataset = task.dataset;
    data = task.data;
    tables.clear();
  }
  let outOfBag: OutOfBag | null = null;
  const options = {
    ...task.options,
    onProgress: (done: number, total: number) => say({ kind: "progress", done, total }),
    shouldStop: () => Atomics.load(task.stop, 0) === 1,
    ...(task.wantsOutOfBag ? { onOutOfBag: (own: OutOfBag) => (outOfBag = own) } : {}),
  };
  try {
    const model = fitAt(workplaceOf(task, say), task.specification, data, options);
    return { model, outOfBag };
  } catch (error) {
    // Its memory may be in disorder: another thread died in it, or it could not be had.
    tables.clear();
    throw error;
  }
}

function workplaceOf({ threads, table: made, binned }: FitTask, say: (message: WorkerMessage) => void): Workplace {
  return {
    threads,
    isStreamed: made !== null,
    bin: (matrix, bins, validation) => {
      if (made !== null) return tableOf(made);
      const key = `${bins} ${validation === undefined ? 0 : 1}`;
      const known = tables.get(key);
      if (known !== undefined && isDeserted(wordsOf(known))) return known;
      const engine = createEngine(threads > 1 ? "shared" : "plain");
      const table = binned === null ? binTable(engine, matrix, bins, validation) : tableOfColumns(engine, matrix, binned);
      const [oldest] = tables.keys();
      if (tables.size >= KEPT_TABLES && oldest !== undefined) tables.delete(oldest);
      tables.set(key, table);
      return table;
    },
    open: (table) => {
      const { engine } = table.arena;
      if (threads === 1 || engine.kind === "twin") return;
      const epoch = openFit(wordsOf(table));
      // An engine of WebAssembly has such a memory.
      say({ kind: "recruit", memory: engine.memory as unknown as WebAssembly.Memory, epoch });
    },
    close: (table) => {
      if (threads > 1 && table.arena.engine.kind === "wasm") closeFit(wordsOf(table));
    },
  };
}

function tableOf({ memory, end, ...table }: SharedTable): BinnedTable {
  const engine: Engine = { kind: "wasm", memory, kernels: joinEngine(memory) };
  return { ...table, arena: new Arena(engine, end) };
}

function wordsOf({ arena }: BinnedTable): Int32Array<ArrayBufferLike> {
  return new Int32Array(arena.engine.memory.buffer);
}
