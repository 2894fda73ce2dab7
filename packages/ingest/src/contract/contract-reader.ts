import { type ColumnSchema, type Frame, type FrameColumn, nearestName } from "@atalaya/learn";
import { errors } from "../errors.js";
import { MOST_TEXT, type RejectedRow, type SchemaNote } from "../formats/format.js";
import type { RecordBlock, TextBlock, ValueBlock } from "../formats/record-block.js";
import type { ColumnReader } from "./column-reader.js";
import { LineNumbers } from "./line-numbers.js";
import { NumberReader } from "./number-reader.js";
import { RowMarks } from "./row-marks.js";
import { TextReader } from "./text-reader.js";
import { UniqueRows } from "./unique-rows.js";

function sourceNames(column: ColumnSchema): readonly string[] {
  return column.from.length > 0 ? column.from : [column.name];
}

/** Rows of a batch that follow each other, judged. */
export interface BatchPart {
  /** The accepted rows, one column for each of the dataset, in its order. */
  readonly accepted: Frame;
  /** Physical line of each accepted row (see `RejectedRow.line`). */
  readonly lines: Uint32Array;
  /** Quarantine, in the order of lines. */
  readonly rejected: readonly RejectedRow[];
}

/** Judges blocks of records by the columns of a dataset and gathers what is accepted, column by column. */
export class ContractReader {
  #rejected: RejectedRow[] = [];
  readonly #readers: readonly ColumnReader[];
  readonly #unique: UniqueRows;
  readonly #marks = new RowMarks();
  readonly #lines = new LineNumbers();
  /** Columns of the dataset that some block had, and names that blocks had. */
  readonly #found = new Set<string>();
  readonly #seen = new Set<string>();
  #fields: readonly string[] | null = null;
  #positions: readonly number[] = [];
  #read = 0;

  constructor(
    readonly file: string,
    readonly columns: readonly ColumnSchema[],
    readonly notes: SchemaNote[],
    options: { readonly unique: readonly string[]; readonly missing: readonly string[] },
  ) {
    this.#readers = columns.map((column) =>
      column.type === "category" || column.type === "text"
        ? new TextReader(column, options.missing)
        : new NumberReader(column, options.missing),
    );
    this.#unique = new UniqueRows(this.#readers.filter((reader) => options.unique.includes(reader.column.name)));
  }

  /** @throws INGEST_MISSING_COLUMN when a text block has no column for a required one */
  add(block: RecordBlock): void {
    for (const row of block.rejected) this.#rejected.push(row);
    this.#read += block.rejected.length + block.recordCount;
    const marks = this.#marks;
    marks.reset(block.recordCount);
    if (block.kind === "text") this.#readTexts(block);
    else this.#readValues(block);
    this.#unique.judge(block.lines, marks);
    for (const reader of this.#readers) reader.keep(marks);
    this.#lines.keep(block.lines, marks);
    const problems = [...marks.problems].sort(([left], [right]) => left - right);
    for (const [record, problem] of problems) {
      this.#rejected.push({ line: block.lines[record]!, ...problem, text: textOf(block, record) });
    }
  }

  #readTexts(block: TextBlock): void {
    if (block.fields !== this.#fields) {
      this.#fields = block.fields;
      for (const field of block.fields) this.#seen.add(field);
      this.#positions = this.columns.map((column) => this.#position(column, block.fields));
    }
    this.#readers.forEach((reader, at) => {
      reader.readText(block, this.#positions[at]!, this.#marks);
    });
  }

  #position(column: ColumnSchema, fields: readonly string[]): number {
    for (const name of sourceNames(column)) {
      const position = fields.indexOf(name);
      if (position < 0) continue;
      this.#found.add(column.name);
      return position;
    }
    if (!column.optional) throw this.#missingColumn(column);
    return -1;
  }

  #readValues(block: ValueBlock): void {
    for (const name of block.names) this.#seen.add(name);
    const names = new Set(block.names);
    for (const reader of this.#readers) {
      const name = sourceNames(reader.column).find((candidate) => names.has(candidate));
      if (name !== undefined) this.#found.add(reader.column.name);
      reader.readValues(name === undefined ? null : block.column(name), this.#marks);
    }
  }

  #missingColumn(column: ColumnSchema): Error {
    const found = [...this.#seen];
    const near = sourceNames(column).flatMap((name) => nearestName(name, found) ?? []);
    return errors.MISSING_COLUMN({
      file: this.file,
      column: column.name,
      from: sourceNames(column),
      near: [...new Set(near)],
      found,
    });
  }

  /** Records that were read. */
  get read(): number {
    return this.#read;
  }

  /** Rows that `take` would give, accepted and rejected. */
  get waiting(): number {
    return this.#lines.length + this.#rejected.length;
  }

  /** What was judged since the last call. */
  take(): BatchPart {
    const accepted = new Map<string, FrameColumn>();
    for (const reader of this.#readers) accepted.set(reader.column.name, reader.take());
    const lines = this.#lines.take();
    const rejected = this.#rejected.sort((left, right) => left.line - right.line);
    this.#rejected = [];
    return { accepted: { rowCount: lines.length, columns: accepted }, lines, rejected };
  }

  /** Call it after the last block. @throws INGEST_MISSING_COLUMN when rows were read and none had a required column */
  checkColumns(): void {
    const lost = this.columns.filter((column) => !this.#found.has(column.name));
    // Without any record nothing is known about the columns of a JSON or Parquet source.
    const isKnown = this.#seen.size > 0;
    const required = lost.find((column) => !column.optional);
    if (required && isKnown) throw this.#missingColumn(required);
    if (isKnown) this.#noteColumns(lost);
  }

  #noteColumns(lost: readonly ColumnSchema[]): void {
    for (const column of lost) {
      const names = sourceNames(column)
        .map((name) => JSON.stringify(name))
        .join(", ");
      this.notes.push({
        kind: "missingColumn",
        message: `${this.file}: no column ${names} for the optional "${column.name}": missing in every row.`,
      });
    }
    const used = new Set(this.columns.flatMap(sourceNames));
    const extra = [...this.#seen].filter((name) => !used.has(name));
    if (extra.length === 0) return;
    const named = extra
      .slice(0, 20)
      .map((name) => JSON.stringify(name))
      .join(", ");
    const more = extra.length > 20 ? ` and ${extra.length - 20} more` : "";
    this.notes.push({
      kind: "extraColumns",
      message: `${this.file}: columns that the dataset does not declare are ignored: ${named}${more}.`,
    });
  }
}

function textOf(block: RecordBlock, record: number): string {
  if (block.kind === "values") return block.textOf(record);
  const start = block.recordStarts[record]!;
  const end = Math.min(block.recordEnds[record]!, start + 4 * MOST_TEXT);
  return block.bytes.toString("utf8", start, end).slice(0, MOST_TEXT);
}
