import { type ColumnSchema, type FrameColumn, isTime, NumericColumnBuilder } from "@atalaya/learn";
import type { TextBlock, ValueColumn } from "../formats/record-block.js";
import { type ColumnReader, describeKind, textOfValue } from "./column-reader.js";
import { readEpoch, readTimeText } from "./parse-instant.js";
import { parsePlainNumber, readNumberText } from "./parse-number.js";
import type { RowMarks } from "./row-marks.js";

/** Distinct texts of times that are remembered: dates repeat. */
const MOST_REMEMBERED = 100_000;

/** Reads a text that is not missing into a value, or says why not. */
type TextReading = (text: string) => number | string;

const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ["true", 1],
  ["false", 0],
  ["t", 1],
  ["f", 0],
  ["yes", 1],
  ["no", 0],
  ["y", 1],
  ["n", 0],
  ["1", 1],
  ["0", 0],
  ["1.0", 1],
  ["0.0", 0],
]);

function readBooleanText(text: string): number | string {
  return BOOLEANS.get(text.trim().toLowerCase()) ?? "not true or false";
}

function remembering(read: TextReading): TextReading {
  const known = new Map<string, number | string>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = read(text);
      if (known.size < MOST_REMEMBERED) known.set(text, value);
    }
    return value;
  };
}

/** Columns that a frame keeps as numbers: number, integer, boolean and time. */
export class NumberReader implements ColumnReader {
  #builder: NumericColumnBuilder;
  readonly #readText: TextReading;
  readonly #isNumber: boolean;
  readonly #isInteger: boolean;
  readonly #least: number;
  readonly #largest: number;
  readonly #markers: ReadonlySet<string>;
  #values = new Float64Array(0);

  constructor(
    readonly column: ColumnSchema,
    missing: readonly string[],
  ) {
    const { type } = column;
    this.#builder = new NumericColumnBuilder(type === "boolean" || type === "time" ? type : "number");
    this.#isNumber = type === "number" || type === "integer";
    this.#isInteger = type === "integer";
    this.#readText = type === "time" ? remembering(readTimeText) : type === "boolean" ? readBooleanText : readNumberText;
    this.#least = (this.#isNumber ? column.min : undefined) ?? Number.NEGATIVE_INFINITY;
    this.#largest = (this.#isNumber ? column.max : undefined) ?? Number.POSITIVE_INFINITY;
    this.#markers = new Set(missing);
  }

  #reserve(recordCount: number): void {
    if (this.#values.length < recordCount) this.#values = new Float64Array(recordCount);
  }

  readText(block: TextBlock, field: number, marks: RowMarks): void {
    if (field < 0) this.readValues(null, marks);
    else this.#readCells(block, field, marks);
  }

  #readCells(block: TextBlock, field: number, marks: RowMarks): void {
    const { recordCount, bytes, cellStarts, cellEnds } = block;
    this.#reserve(recordCount);
    const stride = block.fields.length;
    const markers = block.missing ? new Set(block.missing) : this.#markers;
    const values = this.#values;
    for (let record = 0, cell = field; record < recordCount; record++, cell += stride) {
      const start = cellStarts[cell]!;
      const end = cellEnds[cell]!;
      let value = Number.NaN;
      if (start < end) {
        if (this.#isNumber) value = parsePlainNumber(bytes, start, end);
        if (Number.isNaN(value)) value = this.#slowly(record, bytes.toString("utf8", start, end), markers, marks);
      }
      values[record] = this.#judged(record, value, marks);
    }
  }

  readValues(given: ValueColumn | null, marks: RowMarks): void {
    this.#reserve(marks.recordCount);
    const { type } = this.column;
    const isNumeric = given?.kind === "numbers" || given?.kind === "times";
    for (let record = 0; record < marks.recordCount; record++) {
      let value = Number.NaN;
      if (isNumeric) value = this.#ofNumber(record, given.values[record]!, given.kind === "times" || type !== "time", marks);
      else if (given) value = this.#ofValue(record, given.values[record], marks);
      this.#values[record] = this.#judged(record, value, marks);
    }
  }

  #ofValue(record: number, value: unknown, marks: RowMarks): number {
    if (value === null || value === undefined) return Number.NaN;
    if (typeof value === "string") return value === "" ? Number.NaN : this.#slowly(record, value, this.#markers, marks);
    if (typeof value === "number") return this.#ofNumber(record, value, this.column.type !== "time", marks);
    if (typeof value === "boolean" && this.column.type === "boolean") return value ? 1 : 0;
    const wanted = this.#isNumber ? "a number" : this.column.type === "time" ? "a time" : "true or false";
    marks.reject(record, this.column.name, `${describeKind(value)} where ${wanted} belongs`, textOfValue(value));
    return Number.NaN;
  }

  /** @param isFinal the number needs no reading as seconds or milliseconds */
  #ofNumber(record: number, value: number, isFinal: boolean, marks: RowMarks): number {
    if (Number.isNaN(value)) return value;
    const { name, type } = this.column;
    const read = isFinal ? value : readEpoch(value);
    if (typeof read === "string" || !Number.isFinite(read) || (type === "time" && !isTime(read))) {
      const reason = typeof read === "string" ? read : type === "time" ? "not a time" : "not a finite number";
      marks.reject(record, name, reason, String(value));
      return Number.NaN;
    }
    if (type !== "boolean" || read === 0 || read === 1) return read;
    marks.reject(record, name, "not true or false", String(value));
    return Number.NaN;
  }

  /** A text that is no plain number: missing, or a number written otherwise, or rejected. */
  #slowly(record: number, text: string, markers: ReadonlySet<string>, marks: RowMarks): number {
    const trimmed = text.trim();
    if (trimmed === "" || markers.has(trimmed)) return Number.NaN;
    const value = this.#readText(trimmed);
    if (typeof value === "number") return value;
    marks.reject(record, this.column.name, value, text);
    return Number.NaN;
  }

  #judged(record: number, value: number, marks: RowMarks): number {
    if (value >= this.#least && value <= this.#largest && !this.#isInteger) return value;
    if (Number.isNaN(value)) {
      if (!this.column.optional) marks.reject(record, this.column.name, "missing", null);
      return value;
    }
    const { name, unit } = this.column;
    const inUnit = unit === undefined ? "" : ` ${unit}`;
    if (value < this.#least) marks.reject(record, name, `below the least allowed ${this.#least}${inUnit}`, String(value));
    else if (value > this.#largest)
      marks.reject(record, name, `above the largest allowed ${this.#largest}${inUnit}`, String(value));
    else if (this.#isInteger && !Number.isSafeInteger(value)) {
      const reason = Number.isInteger(value)
        ? "too large for a whole number that is exact: declare it as text"
        : "not a whole number";
      marks.reject(record, name, reason, String(value));
    }
    return value;
  }

  keyOf(record: number): string | null {
    const value = this.#values[record]!;
    return Number.isNaN(value) ? null : String(value);
  }

  keep(marks: RowMarks): void {
    const { isRejected, recordCount } = marks;
    for (let record = 0; record < recordCount; record++) if (isRejected[record] === 0) this.#builder.push(this.#values[record]!);
  }

  take(): FrameColumn {
    const taken = this.#builder.build();
    this.#builder = new NumericColumnBuilder(this.#builder.kind);
    return taken;
  }
}
