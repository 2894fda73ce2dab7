/// <reference types="node" />
import { Worker } from "node:worker_threads";
import { AtalayaError } from "@atalaya/errors";
import { binSlowStream } from "../binning/bin-stream.js";
import type { BinnedColumns } from "../binning/binned-columns.js";
import { errors } from "../errors.js";
import type { Explanation } from "../explain/explain.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { createEngine } from "../kernels/load-kernels.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import { checkStreamed, fitBinned, type SharedTable, type SlowStreamedData, shapeOf } from "../model/fit-stream.js";
import type { FittedModel } from "../model/model.js";
import { type LearnerSpecification, resolveParameters } from "../tune/resolve-parameters.js";
import { binTogether, type SharedData } from "./bin-together.js";
import { Gangs } from "./gangs.js";
import { unexpected, type WorkerMessage, type WorkerTask } from "./messages.js";
import { shareData, shareMatrix } from "./shared-data.js";

/** Fits and explains models on threads of their own, so that the process goes on answering. */
export interface FitPool {
  /**
   * `fitModel` on a thread: the same result, the same errors. Data are copied to shared memory once per `data` object,
   * so tuning should pass the same one again; it must not change meanwhile. Threads that have nothing else to do help.
   *
   * @throws also LEARN_FIT_WORKER_DIED, LEARN_FIT_POOL_CLOSED
   */
  fit(specification: LearnerSpecification, data: TrainingData, options?: FitOptions): Promise<FittedModel>;
  /** `fitStream` on a thread; the rows are read by this one, which does other work between chunks that are asynchronous. */
  fitStream(specification: LearnerSpecification, data: SlowStreamedData, options?: FitOptions): Promise<FittedModel>;
  /** `explainRaw`, its rows spread over the threads. */
  explain(model: FittedModel, matrix: FeatureMatrix): Promise<Explanation>;
  /** Ends the threads; what runs or waits is rejected with LEARN_FIT_POOL_CLOSED. */
  close(): Promise<void>;
}

/** Threads that took part in a fit whose rows needed more are ended after it. */
const KEPT_BYTES = 256 * 1024 * 1024;

interface Job {
  readonly task: WorkerTask;
  readonly onProgress: (done: number, total: number) => void;
  readonly resolve: (message: WorkerMessage) => void;
  readonly reject: (error: unknown) => void;
}

/** A built file also when the sources themselves run, as they do in tests: a thread cannot read TypeScript. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/threads/node-worker.js" : "./node-worker.js",
  import.meta.url,
);

/**
 * A pool of at most `threadCount` threads, started when needed. Idle threads do not keep the process alive. A thread that
 * dies rejects its call and is replaced.
 */
export function createFitPool(threadCount: number): FitPool {
  return new WorkerPool(Math.max(1, Math.floor(threadCount)));
}

class WorkerPool implements FitPool {
  private readonly waiting: Job[] = [];
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, Job>();
  private readonly helping = new Set<Worker>();
  private readonly retiring = new Set<Worker>();
  private readonly gangs = new Gangs<Worker>();
  private readonly shared = new WeakMap<TrainingData, SharedData>();
  private datasets = 0;
  private isClosed = false;

  constructor(private readonly threadCount: number) {}

  async fit(specification: LearnerSpecification, data: TrainingData, options: FitOptions = {}): Promise<FittedModel> {
    this.startAll();
    const shared = this.share(data);
    const binned = await binTogether(specification, shared, this.threadCount, (task) => this.run(task, () => {}));
    return await this.runFit(specification, shared, { table: null, binned }, options);
  }

  async fitStream(specification: LearnerSpecification, data: SlowStreamedData, options: FitOptions = {}): Promise<FittedModel> {
    checkStreamed(specification, data, options);
    const { bins } = resolveParameters(specification.learner as "gradientBoosting" | "randomForest", specification.parameters);
    const engine = createEngine("shared");
    const binned = await binSlowStream(engine, data.stream, bins);
    // Without shared kernels there is nothing that another thread could read.
    if (engine.kind === "twin") return fitBinned(specification, data, () => binned, options);
    const { arena, ...table } = binned;
    const memory = engine.memory as unknown as WebAssembly.Memory;
    const shape: SharedData = { dataset: this.datasets++, data: shareData(shapeOf(data)), binned: new Map() };
    try {
      return await this.runFit(specification, shape, { table: { ...table, memory, end: arena.mark }, binned: null }, options);
    } finally {
      if (memory.buffer.byteLength > KEPT_BYTES) this.retireThreads();
    }
  }

  /** A thread without work collects no garbage, and would hold the memory of its last fit for ever: it ends once it is idle. */
  private retireThreads(): void {
    for (const worker of [...this.busy.keys(), ...this.helping]) this.retiring.add(worker);
    for (const worker of this.idle.splice(0)) void worker.terminate();
  }

  /** A thread that has nothing to do waits for work, or ends where it is to. */
  private rest(worker: Worker): void {
    if (this.retiring.delete(worker)) void worker.terminate();
    else this.idle.push(worker);
  }

  private async runFit(
    specification: LearnerSpecification,
    { dataset, data }: SharedData,
    made: { readonly table: SharedTable | null; readonly binned: BinnedColumns | null },
    options: FitOptions,
  ): Promise<FittedModel> {
    const { onProgress, shouldStop, onOutOfBag, ...plainOptions } = options;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const wantsOutOfBag = onOutOfBag !== undefined;
    const threads = this.threadCount;
    const message = await this.run(
      { kind: "fit", specification, dataset, data, options: plainOptions, wantsOutOfBag, threads, ...made, stop },
      (done, total) => {
        onProgress?.(done, total);
        if (shouldStop?.() === true) Atomics.store(stop, 0, 1);
      },
    );
    if (message.kind !== "fitted") throw unexpected(message);
    if (message.outOfBag !== null) onOutOfBag?.(message.outOfBag);
    return message.model;
  }

  async explain(model: FittedModel, matrix: FeatureMatrix): Promise<Explanation> {
    const all = shareMatrix(matrix);
    const rowsPerPart = Math.max(1, Math.ceil(matrix.rowCount / this.threadCount));
    const parts = Array.from({ length: Math.max(1, Math.ceil(matrix.rowCount / rowsPerPart)) }, async (_, part) => {
      const begin = part * rowsPerPart;
      const end = Math.min(matrix.rowCount, begin + rowsPerPart);
      const columns = all.columns.map((column) => column.subarray(begin, end));
      const own = { ...all, rowCount: end - begin, columns };
      return await this.run({ kind: "explain", model, matrix: own, rowsInAll: matrix.rowCount }, () => {});
    });
    const explanations = (await Promise.all(parts)).map((message) => {
      if (message.kind !== "explained") throw unexpected(message);
      return message.explanation;
    });
    return joinRows(explanations);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const workers = [...this.idle.splice(0), ...this.busy.keys(), ...this.helping];
    for (const job of [...this.busy.values(), ...this.waiting.splice(0)]) job.reject(errors.FIT_POOL_CLOSED({}));
    this.busy.clear();
    this.helping.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private share(data: TrainingData): SharedData {
    const known = this.shared.get(data);
    if (known !== undefined) return known;
    const made: SharedData = { dataset: this.datasets++, data: shareData(data), binned: new Map() };
    this.shared.set(data, made);
    return made;
  }

  private run(task: WorkerTask, onProgress: Job["onProgress"]): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) {
        reject(errors.FIT_POOL_CLOSED({}));
        return;
      }
      this.waiting.push({ task, onProgress, resolve, reject });
      this.startNext();
    });
  }

  private startNext(): void {
    while (this.waiting.length > 0 && !this.isClosed) {
      const worker = this.freeWorker();
      if (worker === undefined) {
        this.gangs.recall();
        return;
      }
      const job = this.waiting.shift();
      if (job === undefined) return;
      this.busy.set(worker, job);
      worker.ref();
      try {
        worker.postMessage(job.task);
      } catch (error) {
        this.release(worker);
        job.reject(error);
      }
    }
    this.sendHelpers();
  }

  /** A thread takes longer to start than to bin a column: all of them start with the first fit, though it may need one. */
  private startAll(): void {
    if (this.isClosed) return;
    while (this.idle.length + this.busy.size + this.helping.size < this.threadCount) {
      const worker = this.startWorker();
      worker.unref();
      this.idle.push(worker);
    }
  }

  private freeWorker(): Worker | undefined {
    const isFull = this.busy.size + this.helping.size >= this.threadCount;
    return this.idle.pop() ?? (isFull ? undefined : this.startWorker());
  }

  /** Threads with nothing to do help those that fit. */
  private sendHelpers(): void {
    if (this.isClosed) return;
    for (;;) {
      const place = this.gangs.join(() => this.freeWorker());
      if (place === undefined) return;
      this.helping.add(place.thread);
      place.thread.postMessage({ kind: "help", ...place.vacancy } satisfies WorkerTask);
    }
  }

  private startWorker(): Worker {
    const worker = new Worker(workerFile);
    worker.on("message", (message: WorkerMessage) => this.receive(worker, message));
    worker.on("error", (error) => this.bury(worker, error instanceof Error ? error.message : String(error), error));
    worker.on("messageerror", (error) => this.bury(worker, error.message, error));
    worker.on("exit", (code) => this.bury(worker, `it ended with code ${code}`));
    return worker;
  }

  private receive(worker: Worker, message: WorkerMessage): void {
    if (message.kind === "left") {
      this.welcomeBack(worker);
      return;
    }
    const job = this.busy.get(worker);
    if (job === undefined) return;
    if (message.kind === "recruit") {
      this.gangs.open(worker, message.memory, message.epoch, this.threadCount);
      this.startNext();
      return;
    }
    if (message.kind === "progress") {
      this.reportProgress(worker, job, message.done, message.total);
      return;
    }
    this.release(worker);
    if (message.kind === "failed") job.reject(new AtalayaError(message.error));
    else job.resolve(message);
    this.startNext();
  }

  private welcomeBack(helper: Worker): void {
    this.gangs.leave(helper);
    if (this.helping.delete(helper)) this.rest(helper);
    this.startNext();
  }

  /** A caller's own function may throw: that ends the call, and the thread with it. */
  private reportProgress(worker: Worker, job: Job, done: number, total: number): void {
    try {
      job.onProgress(done, total);
    } catch (error) {
      this.busy.delete(worker);
      this.gangs.bury(worker);
      job.reject(error);
      void worker.terminate();
      this.startNext();
    }
  }

  private release(worker: Worker): void {
    this.busy.delete(worker);
    this.gangs.close(worker);
    this.rest(worker);
    worker.unref();
  }

  /** A thread died, or said something that cannot be read. */
  private bury(worker: Worker, reason: string, cause?: unknown): void {
    const place = this.idle.indexOf(worker);
    if (place >= 0) this.idle.splice(place, 1);
    const job = this.busy.get(worker);
    this.busy.delete(worker);
    this.helping.delete(worker);
    this.retiring.delete(worker);
    this.gangs.bury(worker);
    this.gangs.leave(worker);
    void worker.terminate();
    job?.reject(errors.FIT_WORKER_DIED({ reason }, cause));
    this.startNext();
  }
}

function joinRows(parts: readonly Explanation[]): Explanation {
  const [first] = parts;
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  const effects = new Float64Array(rowCount * first.outputCount * first.columnCount);
  let at = 0;
  for (const part of parts) {
    effects.set(part.effects, at);
    at += part.effects.length;
  }
  return { ...first, effects, rowCount };
}
