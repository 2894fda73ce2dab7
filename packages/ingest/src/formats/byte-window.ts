import { errors } from "../errors.js";
import type { ByteChunks } from "./byte-chunks.js";

/** A record must fit into the window; no real one comes near. */
const MOST_WINDOW_BYTES = 64 << 20;

/**
 * The part of a stream that is being looked at: bytes [0, length) of `buffer`, whose second half is free for the reader's
 * own use (undone escapes).
 */
export class ByteWindow {
  buffer = Buffer.allocUnsafe(1 << 16);
  length = 0;
  atEnd = false;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(
    readonly name: string,
    readonly source: ByteChunks,
  ) {
    this.#chunks = source.chunks[Symbol.asyncIterator]();
  }

  /** True when the text is known to end before its end. */
  get isCut(): boolean {
    return this.atEnd && this.source.cut.because !== null;
  }

  /** Adds the next chunk behind the bytes that are left. */
  async fill(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done) {
      this.atEnd = true;
      return;
    }
    const needed = 2 * (this.length + next.value.length) + 2;
    if (needed > this.buffer.length) {
      if (this.length > MOST_WINDOW_BYTES) throw errors.RECORD_TOO_LONG({ file: this.name, limit: MOST_WINDOW_BYTES });
      const grown = Buffer.allocUnsafe(Math.max(needed, this.length > 0 ? 2 * this.buffer.length : 0));
      this.buffer.copy(grown, 0, 0, this.length);
      this.buffer = grown;
    }
    next.value.copy(this.buffer, this.length);
    this.length += next.value.length;
  }

  /** Forgets the first bytes. */
  consume(count: number): void {
    this.buffer.copyWithin(0, count, this.length);
    this.length -= count;
  }

  /** Lets the file behind go, when reading stops early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
