import type { ColumnReader } from "./column-reader.js";
import type { RowMarks } from "./row-marks.js";

/**
 * Rejects the second and later rows with the same values in the columns that identify a row. A row in which one of them is
 * missing is not identified and never a repetition.
 */
export class UniqueRows {
  readonly #lineByKey = new Map<string, number>();

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
      const line = this.#lineByKey.get(key);
      if (line === undefined) this.#lineByKey.set(key, lines[record]!);
      else marks.reject(record, column, `repeats the ${names} of an earlier row`, `line ${line}`);
    }
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
