import { CategoryColumnBuilder, type ColumnSchema, type FrameColumn } from "@atalaya/learn";
import type { TextBlock, ValueColumn } from "../formats/record-block.js";
import { type ColumnReader, describeKind, textOfValue } from "./column-reader.js";
import { DistinctTexts } from "./distinct-texts.js";
import type { RowMarks } from "./row-marks.js";

const MISSING = -1;
const NOT_A_LEVEL = -2;
/** Distinct texts that are remembered from one part of a batch to the next. */
const MOST_REMEMBERED = 100_000;
/** Levels named in a reason. */
const MOST_NAMED = 8;

/** Columns that a frame keeps as codes: category and text. Every distinct text is judged once. */
export class TextReader implements ColumnReader {
  /** Keeps codes only: the levels are numbered here, which spares a second dictionary of all texts. */
  #codes = new CategoryColumnBuilder();
  #levels: string[] = [];
  readonly #allowed: ReadonlySet<string> | null;
  readonly #missing: readonly string[];
  readonly #notALevel: string;
  /** Distinct cells of text files, and what became of each: its place in `#texts`, MISSING or NOT_A_LEVEL. */
  #distinct = new DistinctTexts();
  readonly #placeByNumber: number[] = [];
  /** The same for values of JSON and Parquet. */
  readonly #placeByText = new Map<string, number>();
  readonly #texts: string[] = [];
  /** Code in the frame by place; -1 until a record with the text is kept. */
  readonly #codeByPlace: number[] = [];
  /** Places (or MISSING) of the current block. */
  #places = new Int32Array(0);

  constructor(
    readonly column: ColumnSchema,
    missing: readonly string[],
  ) {
    this.#allowed = column.levels ? new Set(column.levels) : null;
    this.#missing = missing;
    const levels = (column.levels ?? []).slice(0, MOST_NAMED).map((level) => JSON.stringify(level));
    this.#notALevel = `not one of ${levels.join(", ")}${(column.levels?.length ?? 0) > MOST_NAMED ? ", …" : ""}`;
  }

  readText(block: TextBlock, field: number, marks: RowMarks): void {
    if (field < 0) this.readValues(null, marks);
    else this.#readCells(block, field, marks);
  }

  #readCells(block: TextBlock, field: number, marks: RowMarks): void {
    const { recordCount, bytes, cellStarts, cellEnds } = block;
    this.#reserve(recordCount);
    const stride = block.fields.length;
    for (let record = 0, cell = field; record < recordCount; record++, cell += stride) {
      const start = cellStarts[cell]!;
      const end = cellEnds[cell]!;
      let place = MISSING;
      if (start < end) {
        const number = this.#distinct.numberOf(bytes, start, end);
        place = number < this.#placeByNumber.length ? this.#placeByNumber[number]! : this.#placeCell(block, start, end);
        if (place === NOT_A_LEVEL) marks.reject(record, this.column.name, this.#notALevel, bytes.toString("utf8", start, end));
      }
      this.#places[record] = place;
      if (place === MISSING && !this.column.optional) marks.reject(record, this.column.name, "missing", null);
    }
  }

  readValues(given: ValueColumn | null, marks: RowMarks): void {
    this.#reserve(marks.recordCount);
    for (let record = 0; record < marks.recordCount; record++) {
      const place = given ? this.#ofValue(record, given, marks) : MISSING;
      this.#places[record] = place;
      if (place === MISSING && !this.column.optional) marks.reject(record, this.column.name, "missing", null);
    }
  }

  #ofValue(record: number, given: ValueColumn, marks: RowMarks): number {
    const value = given.values[record];
    if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
    if (typeof value === "object" || (typeof value === "number" && !Number.isFinite(value))) {
      const kind = typeof value === "object" ? describeKind(value) : "an infinite number";
      marks.reject(record, this.column.name, `${kind} where text belongs`, textOfValue(value));
      return NOT_A_LEVEL;
    }
    const text =
      typeof value === "string" ? value : given.kind === "times" ? new Date(Number(value)).toISOString() : String(value);
    let place = this.#placeByText.get(text);
    if (place === undefined) {
      place = this.#place(text, this.#missing);
      this.#placeByText.set(text, place);
    }
    if (place === NOT_A_LEVEL) marks.reject(record, this.column.name, this.#notALevel, text);
    return place;
  }

  /** Judges a cell that was not seen before. Blanks around a category in a text file are no part of it. */
  #placeCell(block: TextBlock, start: number, end: number): number {
    const number = this.#placeByNumber.push(MISSING) - 1;
    const text = block.bytes.toString("utf8", start, end);
    const trimmed = this.column.type === "category" ? text.trim() : text;
    let place: number;
    if (trimmed === text || trimmed === "") place = this.#place(trimmed, block.missing ?? this.#missing);
    else {
      const plain = Buffer.from(trimmed);
      const known = this.#distinct.numberOf(plain, 0, plain.length);
      place = this.#placeByNumber[known] ?? this.#place(trimmed, block.missing ?? this.#missing);
      if (known === this.#placeByNumber.length) this.#placeByNumber.push(place);
    }
    this.#placeByNumber[number] = place;
    return place;
  }

  #reserve(recordCount: number): void {
    if (this.#places.length < recordCount) this.#places = new Int32Array(recordCount);
  }

  /** Judges a text that was not seen before. */
  #place(text: string, missing: readonly string[]): number {
    const trimmed = text.trim();
    if (this.#allowed?.has(text)) return this.#newPlace(text);
    if (trimmed === "" || missing.includes(trimmed)) return MISSING;
    return this.#allowed ? NOT_A_LEVEL : this.#newPlace(text);
  }

  #newPlace(text: string): number {
    this.#codeByPlace.push(-1);
    return this.#texts.push(text) - 1;
  }

  keyOf(record: number): string | null {
    const place = this.#places[record]!;
    return place < 0 ? null : this.#texts[place]!;
  }

  keep(marks: RowMarks): void {
    const { isRejected, recordCount } = marks;
    for (let record = 0; record < recordCount; record++) {
      if (isRejected[record] === 1) continue;
      const place = this.#places[record]!;
      if (place < 0) {
        this.#codes.pushMissing();
        continue;
      }
      let code = this.#codeByPlace[place]!;
      if (code < 0) {
        code = this.#levels.push(this.#texts[place]!) - 1;
        this.#codeByPlace[place] = code;
      }
      this.#codes.pushCode(code);
    }
  }

  take(): FrameColumn {
    const taken = { ...this.#codes.build(), levels: this.#levels };
    this.#codes = new CategoryColumnBuilder();
    this.#levels = [];
    if (this.#texts.length > MOST_REMEMBERED || this.#placeByNumber.length > MOST_REMEMBERED) this.#forget();
    else this.#codeByPlace.fill(-1);
    return taken;
  }

  /** Keys and free texts are of as many levels as rows: what they were judged to be is not kept for ever. */
  #forget(): void {
    this.#distinct = new DistinctTexts();
    this.#placeByNumber.length = 0;
    this.#placeByText.clear();
    this.#texts.length = 0;
    this.#codeByPlace.length = 0;
  }
}
