import type { ServedModel } from "../models/served-model.js";
import type { LabelledRow } from "../truth/truth-store.js";

/** What the upkeep of the inference log stands on. */
export interface UpkeepStore {
  /** Does the work unless another process does it now. */
  alone(pipeline: string, work: () => Promise<void>): Promise<void>;
  /** Forgets what a pipeline answered before then. Returns how many requests. */
  removeBefore(pipeline: string, time: Date): Promise<number>;
  /** Labelled rows that are in no raw batch yet. */
  unbatched(pipeline: string, limit: number): Promise<readonly LabelledRow[]>;
  /** Keeps a raw batch of JSON lines and says of these rows that they are in it. */
  putBatch(pipeline: string, lines: string, rows: readonly LabelledRow[]): Promise<void>;
}

export interface UpkeepOptions {
  readonly store: UpkeepStore;
  /** Models that are served now. */
  readonly models: () => readonly ServedModel[];
  readonly everyMs?: number;
  readonly onFailed: (error: unknown) => void;
}

const DAY_MS = 86_400_000;
const MOST_BATCHED_ROWS = 50_000;

/** Ages the inference log, and turns labelled inputs into raw batches, as the pipelines' rules say. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    const { everyMs = 600_000, onFailed } = this.#options;
    this.#timer = setInterval(() => {
      this.#running ??= this.run()
        .catch(onFailed)
        .finally(() => {
          this.#running = null;
        });
    }, everyMs).unref();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  /** Once, for every pipeline. */
  async run(now = Date.now()): Promise<void> {
    const { store, models } = this.#options;
    for (const model of models()) {
      const { keepDays, backToRaw } = model.rules;
      if (keepDays === null && !backToRaw) continue;
      await store.alone(model.pipeline, async () => {
        // What is to be forgotten is first looked at: its labels may have come on the last day.
        if (backToRaw) await this.#batch(model);
        if (keepDays !== null) await store.removeBefore(model.pipeline, new Date(now - keepDays * DAY_MS));
      });
    }
  }

  async #batch(model: ServedModel): Promise<void> {
    const { store } = this.#options;
    const rows = await store.unbatched(model.pipeline, MOST_BATCHED_ROWS);
    if (rows.length === 0) return;
    const lines = rows.map((row) => `${JSON.stringify(rawRow(model, row))}\n`).join("");
    await store.putBatch(model.pipeline, lines, rows);
  }
}

/** The row under the names of its source, with what was true as target. A hash is no value: such a column is missing. */
function rawRow({ scoring, rules }: ServedModel, { input, label }: LabelledRow): Record<string, unknown> {
  const cells = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  const columns = scoring.inputs.map(({ name, from }) => [
    from[0] ?? name,
    rules.hashed.includes(name) ? null : (cells[name] ?? null),
  ]);
  const target = rules.targetFrom ?? scoring.target?.name ?? null;
  return Object.fromEntries(target === null ? columns : [...columns, [target, label]]);
}
