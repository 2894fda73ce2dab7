import { setTimeout as sleep } from "node:timers/promises";
import { type Store, TASK_CHANNEL, type TaskKey, taskPayload } from "@atalaya/store";

/** A notification that was lost is made up for by a look at the row, so often. */
const LOOK_EVERY_MS = 15_000;

/** Hears of the end of tasks, so that a worker goes on at once and not when the Job controller has noticed. */
export class TaskNews {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #store: Store;
  #listening: Promise<() => void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the task has told how it ended; never when the signal fires before. */
  async untilEnded(key: TaskKey, signal: AbortSignal): Promise<null> {
    this.#listening ??= this.#store.listen(TASK_CHANNEL, (payload) => this.#hear(payload));
    await this.#listening;
    const name = taskPayload(key);
    for (;;) {
      const heard = this.#next(name, signal);
      const task = await this.#store.tasks.find(key).catch(() => null);
      if (task !== null && task.state !== "waiting") return null;
      await heard;
      if (signal.aborted) return new Promise<null>(() => {});
    }
  }

  async close(): Promise<void> {
    const stop = await this.#listening;
    stop?.();
  }

  /** Resolves when there is news of the task, after a while, or when the signal fires. */
  async #next(name: string, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.abort();
        this.#waiting.get(name)?.delete(wake);
        if (this.#waiting.get(name)?.size === 0) this.#waiting.delete(name);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.set(name, (this.#waiting.get(name) ?? new Set()).add(wake));
      signal.addEventListener("abort", wake, { once: true });
      if (signal.aborted) wake();
      sleep(LOOK_EVERY_MS, undefined, { signal: timer.signal }).then(wake, () => {});
    });
  }

  #hear(payload: string | null): void {
    const names = payload === null ? [...this.#waiting.keys()] : [payload];
    for (const name of names) for (const wake of [...(this.#waiting.get(name) ?? [])]) wake();
  }
}
