import type { RowMarks } from "./row-marks.js";

/** Lines of the accepted rows. */
export class LineNumbers {
  #lines = new Uint32Array(1024);
  #length = 0;

  keep(lines: Uint32Array, marks: RowMarks): void {
    const { isRejected, recordCount } = marks;
    if (this.#length + recordCount > this.#lines.length) {
      const grown = new Uint32Array(Math.max(this.#length + recordCount, 2 * this.#lines.length));
      grown.set(this.#lines);
      this.#lines = grown;
    }
    for (let record = 0; record < recordCount; record++)
      if (isRejected[record] === 0) this.#lines[this.#length++] = lines[record]!;
  }

  get length(): number {
    return this.#length;
  }

  /** What was kept since the last call. */
  take(): Uint32Array {
    const taken = this.#lines.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
