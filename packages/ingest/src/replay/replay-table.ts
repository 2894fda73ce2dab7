import { nearestName } from "@atalaya/learn";
import { DistinctTexts } from "../contract/distinct-texts.js";
import { openRecords } from "../contract/read-batch.js";
import { errors } from "../errors.js";
import type { SchemaNote } from "../formats/format.js";
import type { TextBlock, ValueBlock, ValueColumn } from "../formats/record-block.js";
import type { ReplayDrift } from "./faults.js";

/** A number that JSON can carry without changing it: no leading zeros, no sign of plus, at most 15 digits. */
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function isExactNumber(text: string): boolean {
  return JSON_NUMBER.test(text) && text.replace(/[^\d]/g, "").length <= 15;
}

/** A file in memory, column by column, each distinct value once as JSON text. */
export interface ReplayTable {
  readonly rowCount: number;
  /** Records of the file that are malformed: they are not replayed. */
  readonly skipped: number;
  readonly columns: readonly string[];
  /** Rows [from, to) as the elements of a JSON array, without brackets. */
  rowsAsJson(from: number, to: number): string;
}

/** Values of one column by code: the JSON text of each distinct value, 0 is `null`. */
class ReplayColumn {
  readonly json: string[] = ["null"];
  codes = new Int32Array(1024);
  length = 0;
  readonly #codeByJson = new Map<string, number>([["null", 0]]);
  readonly #distinct = new DistinctTexts();
  readonly #texts: string[] = [];
  readonly #codeByNumber: number[] = [];

  #push(code: number): void {
    if (this.length === this.codes.length) {
      const grown = new Int32Array(2 * this.length);
      grown.set(this.codes);
      this.codes = grown;
    }
    this.codes[this.length++] = code;
  }

  /** Missing up to this row: a column may begin late. */
  padTo(length: number): void {
    while (this.length < length) this.#push(0);
  }

  pushCell(block: TextBlock, start: number, end: number): void {
    this.#push(start === end ? 0 : this.#codeOfCell(block, start, end));
  }

  #codeOfCell(block: TextBlock, start: number, end: number): number {
    const number = this.#distinct.numberOf(block.bytes, start, end);
    if (number === this.#codeByNumber.length) {
      const text = block.bytes.toString("utf8", start, end);
      const isMissing = block.missing?.includes(text) ?? false;
      this.#codeByNumber.push(isMissing ? 0 : this.json.push(JSON.stringify(text)) - 1);
      if (!isMissing) this.#texts.push(text);
    }
    return this.#codeByNumber[number]!;
  }

  pushJson(json: string): void {
    let code = this.#codeByJson.get(json);
    if (code === undefined) {
      code = this.json.push(json) - 1;
      this.#codeByJson.set(json, code);
    }
    this.#push(code);
  }

  /** A text column whose every value is a number becomes numbers. */
  settle(): void {
    if (this.#texts.length === 0 || !this.#texts.every(isExactNumber)) return;
    this.#texts.forEach((text, at) => {
      this.json[at + 1] = text;
    });
  }
}

function jsonOf(given: ValueColumn, record: number): string {
  const value = given.values[record];
  if (value === null || value === undefined || Number.isNaN(value)) return "null";
  if (given.kind === "times") return JSON.stringify(new Date(Number(value)).toISOString());
  return JSON.stringify(value) ?? "null";
}

/** A number moved; whatever is no number stays. Whole numbers stay whole, as a contract may ask for it. */
function moved(json: string, { factor, offset }: ReplayDrift): string {
  const value = Number(json);
  if (json === "null" || json === "" || json.startsWith('"') || !Number.isFinite(value)) return json;
  const result = value * factor + offset;
  return String(Number.isInteger(value) ? Math.round(result) : result);
}

class TableBuilder {
  readonly columns = new Map<string, ReplayColumn>();
  rowCount = 0;
  skipped = 0;

  #column(name: string): ReplayColumn {
    let column = this.columns.get(name);
    if (!column) {
      column = new ReplayColumn();
      this.columns.set(name, column);
    }
    column.padTo(this.rowCount);
    return column;
  }

  add(block: TextBlock | ValueBlock): void {
    this.skipped += block.rejected.length;
    if (block.kind === "text") this.#addCells(block);
    else this.#addValues(block);
    this.rowCount += block.recordCount;
  }

  #addCells(block: TextBlock): void {
    const stride = block.fields.length;
    block.fields.forEach((name, field) => {
      const column = this.#column(name);
      for (let record = 0, cell = field; record < block.recordCount; record++, cell += stride) {
        column.pushCell(block, block.cellStarts[cell]!, block.cellEnds[cell]!);
      }
    });
  }

  #addValues(block: ValueBlock): void {
    for (const name of block.names) {
      const given = block.column(name);
      const column = this.#column(name);
      for (let record = 0; record < block.recordCount; record++) column.pushJson(given ? jsonOf(given, record) : "null");
    }
  }

  /** @throws INGEST_DRIFT_COLUMN */
  #checkDrift(file: string, drift: readonly ReplayDrift[]): void {
    const names = [...this.columns.keys()];
    for (const { column } of drift) {
      if (!this.columns.has(column)) throw errors.DRIFT_COLUMN({ file, column, nearest: nearestName(column, names) });
    }
  }

  build(file: string, drift: readonly ReplayDrift[]): ReplayTable {
    this.#checkDrift(file, drift);
    const { rowCount, skipped } = this;
    const names = [...this.columns.keys()];
    const columns = [...this.columns.values()];
    for (const column of columns) {
      column.padTo(rowCount);
      column.settle();
    }
    const keys = names.map((name, at) => `${at === 0 ? "{" : ","}${JSON.stringify(name)}:`);
    const moves = names.map((name) => drift.filter(({ column }) => column === name));
    const cell = (at: number, row: number): string => {
      const json = columns[at]!.json[columns[at]!.codes[row]!]!;
      return moves[at]!.reduce((value, move) => (row >= move.from * rowCount ? moved(value, move) : value), json);
    };
    const rowsAsJson = (from: number, to: number): string => {
      const parts: string[] = [];
      for (let row = from; row < to; row++) {
        let text = row === from ? "" : ",";
        for (let at = 0; at < columns.length; at++) text += keys[at]! + cell(at, row);
        parts.push(`${text}}`);
      }
      return parts.join("");
    };
    return { rowCount, skipped, columns: names, rowsAsJson };
  }
}

/**
 * Reads a file of any format for replaying. Numbers stay numbers, and a text column all of whose values are numbers that JSON
 * carries unchanged becomes one; missing is null.
 *
 * @throws INGEST_* as `readBatch`
 */
export async function readReplayTable(file: string, drift: readonly ReplayDrift[] = []): Promise<ReplayTable> {
  const notes: SchemaNote[] = [];
  const { blocks } = await openRecords({ name: file, path: file }, null, notes);
  const builder = new TableBuilder();
  for await (const block of blocks) builder.add(block);
  return builder.build(file, drift);
}
