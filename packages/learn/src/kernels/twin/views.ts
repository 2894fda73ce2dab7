import type { LinearMemory } from "../kernels.js";

const WORD = 4_294_967_296;

/** Views of a memory, made anew when it has grown. */
export class Views {
  bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  ints: Int32Array<ArrayBufferLike> = new Int32Array(0);
  words: Uint32Array<ArrayBufferLike> = new Uint32Array(0);
  doubles: Float64Array<ArrayBufferLike> = new Float64Array(0);

  constructor(private readonly memory: LinearMemory) {
    this.refresh();
  }

  refresh(): this {
    const { buffer } = this.memory;
    if (this.bytes.buffer === buffer && this.bytes.length === buffer.byteLength) return this;
    this.bytes = new Uint8Array(buffer);
    this.ints = new Int32Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    return this;
  }

  /** i64[target] += i64[source]; both by word number. */
  add(target: number, source: number): void {
    const { words, ints } = this;
    const low = words[target] + words[source];
    words[target] = low;
    ints[target + 1] = ints[target + 1] + ints[source + 1] + (low >= WORD ? 1 : 0);
  }

  /** i64[target] -= i64[source]. */
  subtract(target: number, source: number): void {
    const { words, ints } = this;
    const low = words[target] - words[source];
    words[target] = low;
    ints[target + 1] = ints[target + 1] - ints[source + 1] - (low < 0 ? 1 : 0);
  }

  isZero(word: number): boolean {
    return this.ints[word] === 0 && this.ints[word + 1] === 0;
  }

  /** The part of an i64 above its lower `bits`, exactly. */
  upper(word: number, bits: number): number {
    return this.ints[word + 1] * 2 ** (32 - bits) + Math.floor(this.words[word] / 2 ** bits);
  }

  /** The lower `bits` of an i64. */
  lower(word: number, bits: number): number {
    return this.words[word] % 2 ** bits;
  }

  /** i64[word] = upper · 2^bits + lower. */
  pack(word: number, upper: number, bits: number, lower: number): void {
    const unit = 2 ** (32 - bits);
    const high = Math.floor(upper / unit);
    this.ints[word + 1] = high;
    this.words[word] = (upper - high * unit) * 2 ** bits + lower;
  }
}
