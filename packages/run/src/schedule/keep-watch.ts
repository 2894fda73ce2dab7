import { setTimeout as sleep } from "node:timers/promises";
import { isPipeline, lastDue, type Pipeline, parseCron } from "@atalaya/define";
import type { Store } from "@atalaya/store";
import type { RunResult } from "../events.js";
import type { Runner } from "../runner-contract.js";

/** What a watcher needs; the runs themselves are the runner's. */
export interface WatchOptions {
  readonly runner: Pick<Runner, "run" | "watch">;
  readonly store: Pick<Store, "schedules">;
  readonly pipelines: ReadonlyMap<string, unknown>;
  /** False for a pipeline whose source never has anything new, such as a sample: only its schedules are followed. */
  readonly hasNews: (pipeline: string) => boolean;
  /** Time between two looks at a source. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly onResult: (result: RunResult) => void;
  readonly onError: (pipeline: string, error: unknown) => void;
  /** Left out: the clock of the machine. */
  readonly now?: () => Date;
}

/** Batches of one pipeline in a row before the others have their turn. */
const MOST_IN_A_ROW = 20;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Looks at every pipeline again and again until the signal: carries out what its schedules owe (what was missed while nobody
 * was here, once) and takes new batches one by one. A pipeline that fails is left alone for a while, longer each time, and
 * disturbs no other.
 */
export async function keepWatch(options: WatchOptions): Promise<void> {
  const { pipelines, everyMs, signal } = options;
  const watched = [...pipelines.values()].filter(isPipeline).map((pipeline) => new Watched(pipeline, options));
  while (!signal.aborted) {
    for (const each of watched) await each.look();
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

class Watched {
  #failures = 0;
  #restsUntil = 0;

  constructor(
    readonly pipeline: Pipeline,
    readonly options: WatchOptions,
  ) {}

  async look(): Promise<void> {
    const { onError, everyMs, signal } = this.options;
    const now = this.#now().getTime();
    if (signal.aborted || now < this.#restsUntil) return;
    try {
      await this.#serveSchedules();
      await this.#takeBatches();
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      const pause = Math.min(LONGEST_PAUSE_MS, everyMs * 2 ** this.#failures++);
      this.#restsUntil = this.#now().getTime() + pause;
      onError(this.pipeline.name, error);
    }
  }

  async #serveSchedules(): Promise<void> {
    const { runner, onResult } = this.options;
    for (const trigger of this.pipeline.definition.triggers) {
      if (trigger.trigger !== "cron" || this.options.signal.aborted) continue;
      if (await this.#isOwed(trigger.expression)) {
        onResult(await runner.run(this.pipeline.name, { kind: "cron", expression: trigger.expression }));
      }
    }
  }

  /** True once for all moments that passed since the last one that was served. */
  async #isOwed(expression: string): Promise<boolean> {
    const { schedules } = this.options.store;
    const now = this.#now();
    const { servedUntil } = await schedules.begin(this.pipeline.name, expression, now);
    const due = lastDue(parseCron(expression), now);
    return due !== null && due > servedUntil && (await schedules.take(this.pipeline.name, expression, due));
  }

  async #takeBatches(): Promise<void> {
    const { runner, onResult, hasNews, signal } = this.options;
    if (!hasNews(this.pipeline.name)) return;
    if (this.pipeline.definition.triggers.every(({ trigger }) => trigger === "cron")) return;
    for (let batch = 0; batch < MOST_IN_A_ROW && !signal.aborted; batch++) {
      const result = await runner.watch(this.pipeline.name);
      if (result === null) return;
      onResult(result);
    }
  }

  #now(): Date {
    return this.options.now?.() ?? new Date();
  }
}
