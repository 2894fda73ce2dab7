import { Worker } from "node:worker_threads";
import { AtalayaError } from "@atalaya/errors";
import type { ScoringCall } from "../answers/score-body.js";
import { errors } from "../errors.js";
import type { ServedModel } from "../models/served-model.js";
import type { ScoringReply, ScoringTask, SentBody } from "./messages.js";

interface Job {
  readonly task: ScoringTask;
  readonly given: ArrayBuffer[];
  readonly resolve: (scored: SentBody) => void;
  readonly reject: (error: unknown) => void;
}

interface Busy {
  readonly job: Job;
  readonly deadline: NodeJS.Timeout;
}

export interface ScoringThreadsOptions {
  readonly threadCount: number;
  /** Requests that may wait; what comes beyond is refused at once. */
  readonly mostWaiting: number;
  /** Longest time that one request may take on a thread. */
  readonly deadlineMs: number;
}

/** A built file also when the sources themselves run, as they do in tests: a thread cannot read TypeScript. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/threads/scoring-worker.js" : "./scoring-worker.js",
  import.meta.url,
);

/**
 * Threads for requests that would hold up the event loop, started when needed. Each reads the model out of the same shared
 * memory. A thread that dies, or takes too long, fails its request alone and is replaced.
 */
export class ScoringThreads {
  readonly #options: ScoringThreadsOptions;
  readonly #waiting: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Busy>();
  #tasks = 0;
  #closed = false;

  constructor(options: ScoringThreadsOptions) {
    this.#options = options;
  }

  get threadCount(): number {
    return this.#options.threadCount;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Scores a body on a thread.
   *
   * @param given  memory of the body that the thread may keep: it is not copied, and empty afterwards
   * @throws as `scoreBody`, and SERVE_OVERLOADED, SERVE_TOO_SLOW, SERVE_THREAD_DIED
   */
  score(model: ServedModel, call: ScoringCall, body: Uint8Array | undefined, given: ArrayBuffer[] = []): Promise<SentBody> {
    if (this.#closed || this.#waiting.length >= this.#options.mostWaiting) {
      return Promise.reject(errors.OVERLOADED({ what: "requests wait for a thread", waiting: this.#waiting.length }));
    }
    return new Promise((resolve, reject) => {
      const task = { task: this.#tasks++, identity: model.identity, bytes: model.bytes, call, body };
      this.#waiting.push({ task, given, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(errors.OVERLOADED({ what: "the service closes", waiting: 0 }));
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }

  #next(): void {
    const job = this.#waiting[0];
    if (job === undefined) return;
    const worker = this.#idle.pop() ?? (this.#busy.size < this.#options.threadCount ? this.#start() : null);
    if (worker === null) return;
    this.#waiting.shift();
    worker.ref();
    const deadline = setTimeout(() => this.#expire(worker), this.#options.deadlineMs);
    this.#busy.set(worker, { job, deadline });
    worker.postMessage(job.task, job.given);
  }

  #start(): Worker {
    const worker = new Worker(workerFile, { name: "scoring" });
    worker.on("message", (reply: ScoringReply) => this.#finish(worker, reply));
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", () => this.#lose(worker, null));
    return worker;
  }

  #finish(worker: Worker, reply: ScoringReply): void {
    const job = this.#release(worker);
    worker.unref();
    this.#idle.push(worker);
    if (job === null) return;
    if ("scored" in reply) job.resolve(reply.scored);
    else if ("error" in reply) job.reject(new AtalayaError(reply.error));
    else job.reject(errors.THREAD_DIED({ because: reply.failure }));
    this.#next();
  }

  #expire(worker: Worker): void {
    const job = this.#release(worker);
    job?.reject(errors.TOO_SLOW({ limitMs: this.#options.deadlineMs }));
    void worker.terminate();
  }

  #lose(worker: Worker, error: unknown): void {
    const job = this.#release(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    job?.reject(errors.THREAD_DIED({ because: error instanceof Error ? error.message : "it ended" }, error));
    if (!this.#closed) this.#next();
  }

  #release(worker: Worker): Job | null {
    const busy = this.#busy.get(worker);
    if (busy === undefined) return null;
    clearTimeout(busy.deadline);
    this.#busy.delete(worker);
    return busy.job;
  }
}
