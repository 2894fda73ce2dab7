import type { BatchFormat } from "../formats/format.js";
import type { RemotePlaces } from "./remote-places.js";

/** One batch as it came from its source: bytes, or a local file. */
export interface RawBatch {
  /** Source, cursor and content in one line: the same batch has the same identity. */
  readonly identity: string;
  /** Identity of the source (see `sourceIdentity`). */
  readonly source: string;
  /** Where in the source: batch number, path below the folder, key and ETag of an object, or the mark where the rows end. */
  readonly cursor: string;
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** What messages call it. */
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly path?: string;
  /** What the source declares; null: to be detected. */
  readonly format: BatchFormat | null;
  readonly mediaType?: string;
  readonly receivedAt: Date;
}

/** Time and chance, so that tests need neither. */
export interface SourceClock {
  now(): Date;
  /** Resolves after so many milliseconds, or when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 up to 1, for the jitter of retries. */
  random(): number;
}

export interface HttpLimits {
  /** Milliseconds until the answer begins, connecting included. */
  readonly answerMs: number;
  /** Milliseconds between two pieces of an answer. */
  readonly idleMs: number;
  /** Milliseconds for a whole answer. */
  readonly totalMs: number;
  /** Largest answer, in bytes. */
  readonly mostBytes: number;
  readonly attempts: number;
  /** Wait before the second attempt, in milliseconds; it doubles with every further one. */
  readonly backoffMs: number;
  readonly mostBackoffMs: number;
}

export interface SourceContext {
  /** Value of a setting that holds an address. */
  address(setting: string): string;
  readonly signal: AbortSignal;
  /** True when a batch with this content was taken from this source before. */
  known(sha256: string): boolean | Promise<boolean>;
  /** True when a batch of this source was kept under this cursor; absent: none was. */
  knownCursor?(cursor: string): boolean;
  /** Cursor of the batch of this source that was kept last, for sources that are asked by page or mark; null or absent: none. */
  readonly after?: string | null;
  /** Receives what people should know: repetitions, retries, the end of the data. */
  onNote?(text: string): void;
  /** What reaches buckets and databases; absent: sources there cannot be opened. */
  readonly remote?: RemotePlaces;
  readonly clock?: SourceClock;
  readonly limits?: Partial<HttpLimits>;
}

export const systemClock: SourceClock = {
  now: () => new Date(),
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener("abort", done, { once: true });
    }),
};
