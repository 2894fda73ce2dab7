import type { ColumnReader } from "./column-reader.js";
import { DistinctTexts } from "./distinct-texts.js";
import type { RowMarks } from "./row-marks.js";

/** Most bytes of a character in UTF-8 for each unit of a text. */
const BYTES_PER_UNIT = 3;

/**
 * Rejects the second and later rows with the same values in the columns that identify a row. A row in which one of them is
 * missing is not identified and never a repetition. Keys are kept as bytes: some 30 and their own length for each row.
 */
export class UniqueRows {
  readonly #keys = new DistinctTexts();
  /** By number of the key: the line of its first row. */
  #lines = new Uint32Array(1024);
  #bytes = Buffer.allocUnsafe(256);

  constructor(readonly readers: readonly ColumnReader[]) {}

  judge(lines: Uint32Array, marks: RowMarks): void {
    if (this.readers.length === 0) return;
    const [first] = this.readers;
    const column = this.readers.length === 1 && first ? first.column.name : null;
    const names = this.readers.map((reader) => reader.column.name).join(", ");
    for (let record = 0; record < marks.recordCount; record++) {
      if (marks.isRejected[record] === 1) continue;
      const key = this.#keyOf(record);
      if (key === null) continue;
      const known = this.#keys.count;
      const number = this.#numberOf(key);
      if (number === known) this.#remember(number, lines[record]!);
      else marks.reject(record, column, `repeats the ${names} of an earlier row`, `line ${this.#lines[number]!}`);
    }
  }

  #numberOf(key: string): number {
    const most = BYTES_PER_UNIT * key.length;
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * most);
    return this.#keys.numberOf(this.#bytes, 0, this.#bytes.write(key));
  }

  #remember(number: number, line: number): void {
    if (number === this.#lines.length) {
      const grown = new Uint32Array(2 * number);
      grown.set(this.#lines);
      this.#lines = grown;
    }
    this.#lines[number] = line;
  }

  #keyOf(record: number): string | null {
    let key = "";
    for (const reader of this.readers) {
      const part = reader.keyOf(record);
      if (part === null) return null;
      // The length keeps ("a", "bc") and ("ab", "c") apart.
      key += `${part.length}:${part}`;
    }
    return key;
  }
}
