/**
 * Numbers the distinct byte strings of a column, in the order in which they come, without making a string of each cell:
 * an open hash table over an arena of bytes.
 */
export class DistinctTexts {
  count = 0;
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Int32Array(512);
  #starts = new Int32Array(513);
  #arena = new Uint8Array(4096);

  /** Number of the text in bytes[start … end): a new text gets the next one, which is the `count` before the call. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const known = this.#slots[slot]!;
      if (known < 0) return this.#add(slot, hash, bytes, start, end);
      if (this.#hashes[known] === hash && this.#equals(known, bytes, start, end)) return known;
      slot = (slot + 1) & mask;
    }
  }

  #equals(known: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[known]!;
    const length = end - start;
    if (this.#starts[known + 1]! - from !== length) return false;
    const arena = this.#arena;
    for (let at = 0; at < length; at++) if (arena[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.count++;
    if (number === this.#hashes.length) this.#growTexts();
    const from = this.#starts[number]!;
    const to = from + end - start;
    if (to > this.#arena.length) {
      const grown = new Uint8Array(Math.max(to, 2 * this.#arena.length));
      grown.set(this.#arena);
      this.#arena = grown;
    }
    this.#arena.set(bytes.subarray(start, end), from);
    this.#starts[number + 1] = to;
    this.#hashes[number] = hash;
    this.#slots[slot] = number;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #growTexts(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Int32Array(hashes.length + 1);
    starts.set(this.#starts);
    this.#starts = starts;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hashes[number]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}
