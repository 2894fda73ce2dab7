import type { DiskSpool, SpooledBatch } from "./disk-spool.js";
import type { PredictionRecord, PredictionSink } from "./prediction-record.js";

export interface PredictionLogOptions {
  readonly sink: PredictionSink;
  /** Where records go while the sink does not take them; absent: they wait in memory. */
  readonly spool?: DiskSpool;
  /** Rows that may wait in memory; what comes beyond is dropped and counted, as answers matter more than their log. */
  readonly mostRows?: number;
  /** Rows handed over at once, unless one request alone has more. */
  readonly batchRows?: number;
  /** How long records gather before they are handed over. */
  readonly gatherMs?: number;
  readonly onFailed?: (error: unknown, attempt: number) => void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/**
 * A bounded queue between the answers and the sink: `offer` costs no more than a push and never throws. A batch that the
 * sink does not take goes to the spool, and so does all that follows, until the sink has taken the spool back.
 */
export class PredictionLog {
  readonly #sink: PredictionSink;
  readonly #spool: DiskSpool | null;
  readonly #options: Required<Pick<PredictionLogOptions, "mostRows" | "batchRows" | "gatherMs">>;
  readonly #onFailed: (error: unknown, attempt: number) => void;
  readonly #closing = new AbortController();
  #records: PredictionRecord[] = [];
  #queuedRows = 0;
  #droppedRows = 0;
  #writtenRows = 0;
  #spooledRows = 0;
  #isSpooling = false;
  #draining: Promise<void> | null = null;
  #replaying: Promise<void> | null = null;
  #lastAppend: Promise<boolean> = Promise.resolve(true);
  #giveUp = false;

  constructor({ sink, spool, mostRows = 200_000, batchRows = 5_000, gatherMs = 50, onFailed = () => {} }: PredictionLogOptions) {
    this.#sink = sink;
    this.#spool = spool ?? null;
    this.#options = { mostRows, batchRows, gatherMs };
    this.#onFailed = onFailed;
    // What an earlier process left behind.
    if (spool !== undefined) this.#startReplay();
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

  /** Rows that went to the disk first, whether or not they were taken back. */
  get spooledRows(): number {
    return this.#spooledRows;
  }

  get spoolBytes(): number {
    return this.#spool?.bytes ?? 0;
  }

  /** True while the sink does not take what comes. */
  get isSpooling(): boolean {
    return this.#isSpooling;
  }

  offer(record: PredictionRecord): void {
    const { rows } = record;
    if (this.#giveUp || (this.#queuedRows > 0 && this.#queuedRows + rows > this.#options.mostRows)) {
      this.#droppedRows += rows;
      return;
    }
    this.#records.push(record);
    this.#queuedRows += rows;
    this.#draining ??= this.#drain();
  }

  /** Hands over what waits, for `deadlineMs` at most; what is left then is spooled, or counts as dropped. */
  async close(deadlineMs = 5_000): Promise<void> {
    this.#closing.abort();
    const drained = new AbortController();
    const done = Promise.all([this.#draining, this.#replaying]).then(() => drained.abort());
    await Promise.race([done, pause(deadlineMs, drained.signal)]);
    this.#giveUp = true;
    // What is on its way to the disk is no longer in the queue afterwards.
    await this.#lastAppend;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#queuedRows > 0 && (await this.#toSpool(this.#records))) this.#queuedRows = 0;
    this.#droppedRows += this.#queuedRows;
    this.#queuedRows = 0;
    this.#records = [];
  }

  async #drain(): Promise<void> {
    await pause(this.#options.gatherMs, this.#closing.signal);
    while (this.#records.length > 0) {
      const batch = this.#records.slice(0, this.#nextBatchLength());
      const outcome = await this.#handOver(batch);
      if (outcome === "given up") return;
      this.#records.splice(0, batch.length);
      const rows = rowsOf(batch);
      this.#queuedRows -= rows;
      if (outcome === "written") this.#writtenRows += rows;
      if (outcome === "lost") this.#droppedRows += rows;
    }
    this.#draining = null;
  }

  #nextBatchLength(): number {
    let rows = 0;
    let records = 0;
    while (records < this.#records.length && (records === 0 || rows < this.#options.batchRows)) {
      rows += this.#records[records]!.rows;
      records++;
    }
    return records;
  }

  async #handOver(batch: readonly PredictionRecord[]): Promise<"written" | "spooled" | "lost" | "given up"> {
    for (let attempt = 1; !this.#giveUp; attempt++) {
      if (this.#isSpooling) return (await this.#toSpool(batch)) ? "spooled" : "lost";
      try {
        await this.#sink.write(batch);
        return this.#giveUp ? "given up" : "written";
      } catch (error) {
        this.#onFailed(error, attempt);
        if (this.#spool === null) await this.#pauseAfter(attempt);
        else this.#beginSpooling();
      }
    }
    return "given up";
  }

  async #toSpool(batch: readonly PredictionRecord[]): Promise<boolean> {
    if (this.#spool === null) return false;
    this.#lastAppend = this.#spool.append(batch).catch((error: unknown) => {
      this.#onFailed(error, 1);
      return false;
    });
    if (!(await this.#lastAppend)) return false;
    this.#spooledRows += rowsOf(batch);
    return true;
  }

  #beginSpooling(): void {
    this.#isSpooling = true;
    this.#startReplay();
  }

  #startReplay(): void {
    this.#replaying ??= this.#replay().finally(() => {
      this.#replaying = null;
    });
  }

  /** Gives the spool back to the sink, the oldest first, until it is empty. */
  async #replay(): Promise<void> {
    if (this.#isSpooling) await this.#pauseAfter(1);
    for (let attempt = 1; !this.#giveUp; ) {
      try {
        const batch = await this.#spool?.next();
        if (batch != null) await this.#giveBack(batch);
        else if (this.#isSpooling) {
          this.#isSpooling = false;
          // One batch may still be on its way to the disk: look once more after it.
          await this.#lastAppend;
        } else return;
        attempt = 1;
      } catch (error) {
        // Whatever is left stays on disk for the next process.
        if (this.#closing.signal.aborted) return;
        this.#onFailed(error, attempt);
        await this.#pauseAfter(attempt++);
      }
    }
  }

  async #giveBack({ records, broken, remove }: SpooledBatch): Promise<void> {
    for (let begin = 0; begin < records.length; begin += this.#options.batchRows) {
      await this.#sink.write(records.slice(begin, begin + this.#options.batchRows));
    }
    await remove();
    this.#writtenRows += rowsOf(records);
    this.#droppedRows += broken;
  }

  async #pauseAfter(attempt: number): Promise<void> {
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
    // While closing there is no time for long waits.
    if (this.#closing.signal.aborted) await pause(FIRST_RETRY_MS, null);
    else await pause(wait, this.#closing.signal);
  }
}

function rowsOf(records: readonly PredictionRecord[]): number {
  return records.reduce((sum, { rows }) => sum + rows, 0);
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
