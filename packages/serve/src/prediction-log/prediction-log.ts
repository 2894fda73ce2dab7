import type { Prediction } from "../answers/prediction.js";

/** What one predict or explain request was answered. Row `n` of it has the prediction id `<id>` when it was sent alone, else `<id>:<n>`. */
export interface PredictionRecord {
  readonly id: string;
  readonly kind: "predict" | "explain";
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pipeline: string;
  readonly version: number;
  /** SHA-256 of the bundle. */
  readonly model: string;
  readonly latencyMs: number;
  /** As they were sent; checked, so each is an object by input name. */
  readonly rows: readonly unknown[];
  readonly predictions: readonly Prediction[];
  readonly isSingle: boolean;
}

/** Where predictions are kept. A batch may come again after an error, so writing is idempotent by id. */
export interface PredictionSink {
  write(records: readonly PredictionRecord[]): Promise<void>;
}

export interface PredictionLogOptions {
  readonly sink: PredictionSink;
  /** Rows that may wait; what comes beyond is dropped and counted, as answers matter more than their log. */
  readonly mostRows?: number;
  /** Rows handed over at once, unless one request alone has more. */
  readonly batchRows?: number;
  /** How long records gather before they are handed over. */
  readonly gatherMs?: number;
  readonly onFailed?: (error: unknown, attempt: number) => void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** A bounded queue between the answers and the sink: `offer` costs no more than a push and never throws. */
export class PredictionLog {
  readonly #sink: PredictionSink;
  readonly #options: Required<Pick<PredictionLogOptions, "mostRows" | "batchRows" | "gatherMs">>;
  readonly #onFailed: (error: unknown, attempt: number) => void;
  #records: PredictionRecord[] = [];
  #queuedRows = 0;
  #droppedRows = 0;
  #writtenRows = 0;
  #draining: Promise<void> | null = null;
  readonly #closing: AbortController = new AbortController();
  #giveUp = false;

  constructor({ sink, mostRows = 200_000, batchRows = 5_000, gatherMs = 50, onFailed = () => {} }: PredictionLogOptions) {
    this.#sink = sink;
    this.#options = { mostRows, batchRows, gatherMs };
    this.#onFailed = onFailed;
  }

  get queuedRows(): number {
    return this.#queuedRows;
  }

  get droppedRows(): number {
    return this.#droppedRows;
  }

  get writtenRows(): number {
    return this.#writtenRows;
  }

  offer(record: PredictionRecord): void {
    const rows = record.predictions.length;
    if (this.#giveUp || (this.#queuedRows > 0 && this.#queuedRows + rows > this.#options.mostRows)) {
      this.#droppedRows += rows;
      return;
    }
    this.#records.push(record);
    this.#queuedRows += rows;
    this.#draining ??= this.#drain();
  }

  /** Hands over what waits, for `deadlineMs` at most; what is left then counts as dropped. */
  async close(deadlineMs = 5_000): Promise<void> {
    this.#closing.abort();
    const drained = new AbortController();
    const done = (this.#draining ?? Promise.resolve()).then(() => drained.abort());
    await Promise.race([done, pause(deadlineMs, drained.signal)]);
    this.#giveUp = true;
    this.#droppedRows += this.#queuedRows;
    this.#queuedRows = 0;
    this.#records = [];
  }

  async #drain(): Promise<void> {
    await pause(this.#options.gatherMs, this.#closing.signal);
    while (this.#records.length > 0) {
      const batch = this.#nextBatch();
      const rows = batch.reduce((sum, { predictions }) => sum + predictions.length, 0);
      if (!(await this.#writeUntilDone(batch))) return;
      this.#queuedRows -= rows;
      this.#writtenRows += rows;
    }
    this.#draining = null;
  }

  #nextBatch(): PredictionRecord[] {
    let rows = 0;
    let records = 0;
    while (records < this.#records.length && (records === 0 || rows < this.#options.batchRows)) {
      rows += this.#records[records]!.predictions.length;
      records++;
    }
    return this.#records.splice(0, records);
  }

  /** False: given up, because the log was closed and its deadline is over. */
  async #writeUntilDone(batch: readonly PredictionRecord[]): Promise<boolean> {
    for (let attempt = 1; !this.#giveUp; attempt++) {
      try {
        await this.#sink.write(batch);
        return !this.#giveUp;
      } catch (error) {
        this.#onFailed(error, attempt);
        const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
        // While closing there is no time for long waits.
        await pause(
          this.#closing.signal.aborted ? FIRST_RETRY_MS : wait,
          this.#closing.signal.aborted ? null : this.#closing.signal,
        );
      }
    }
    return false;
  }
}

/** Ends early when the signal says so. */
function pause(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(finish, milliseconds);
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    }
    signal?.addEventListener("abort", finish);
  });
}
