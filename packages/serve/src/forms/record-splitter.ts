const LINE_END = 0x0a;
const QUOTE = 0x22;

/**
 * Cuts a stream of bytes into parts of whole records: lines of JSON, or records of CSV, whose quoted cells may hold ends of
 * line. It holds one part and the beginning of the next, whatever the stream's length.
 */
export class RecordSplitter {
  readonly #partBytes: number;
  readonly #hasQuotes: boolean;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #isQuoted = false;

  constructor(kind: "lines" | "csv", partBytes: number) {
    this.#partBytes = partBytes;
    this.#hasQuotes = kind === "csv";
  }

  /** Bytes of the record that is not complete yet, and of complete ones before it that are too few for a part. */
  get heldBytes(): number {
    return this.#length;
  }

  /** The part that is complete with this chunk; null: not yet. `isEager` takes what there is. */
  push(chunk: Uint8Array, isEager = false): Uint8Array | null {
    const end = this.#lastEnd(chunk);
    const isEnough = end >= 0 && (isEager || this.#length + end + 1 >= this.#partBytes);
    if (!isEnough) {
      this.#hold(chunk);
      return null;
    }
    this.#hold(chunk.subarray(0, end + 1));
    const part = this.rest();
    if (end + 1 < chunk.length) this.#hold(chunk.subarray(end + 1));
    return part;
  }

  /** What is left when the stream has ended. */
  rest(): Uint8Array {
    const part = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [];
    this.#length = 0;
    return part;
  }

  #hold(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Position of the last end of record in the chunk, -1: none. */
  #lastEnd(chunk: Uint8Array): number {
    if (!this.#hasQuotes) return chunk.lastIndexOf(LINE_END);
    let last = -1;
    // A doubled quote inside a cell closes and opens it again, which comes to the same.
    for (let position = 0; position < chunk.length; position++) {
      const byte = chunk[position];
      if (byte === QUOTE) this.#isQuoted = !this.#isQuoted;
      else if (byte === LINE_END && !this.#isQuoted) last = position;
    }
    return last;
  }
}
