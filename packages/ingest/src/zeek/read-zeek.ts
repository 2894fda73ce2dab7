import { DelimitedScanner } from "../delimited/delimited-scanner.js";
import { rejectedOf } from "../delimited/read-delimited.js";
import { errors } from "../errors.js";
import type { ByteChunks } from "../formats/byte-chunks.js";
import { ByteWindow } from "../formats/byte-window.js";
import { MOST_TEXT, type SchemaNote } from "../formats/format.js";
import type { TextBlock } from "../formats/record-block.js";
import { splitJoined } from "./joined-fields.js";
import { NO_HEADER, readDirective, type ZeekHeader } from "./zeek-header.js";

const HASH = 35;
const LF = 10;
const ESCAPE = Buffer.from("\\x");

function sameFields(left: ZeekHeader, right: ZeekHeader): boolean {
  return left.separator === right.separator && left.tabFields?.join("\n") === right.tabFields?.join("\n");
}

/**
 * Reads a Zeek log (tab-separated): `#` lines anywhere are its header, so logs that were joined to one file, with other
 * fields from some line on, are read as well. The #close line may be missing.
 *
 * @throws INGEST_ZEEK_HEADER, INGEST_RECORD_TOO_LONG
 */
export async function* readZeek(name: string, source: ByteChunks, notes: SchemaNote[]): AsyncGenerator<TextBlock> {
  const window = new ByteWindow(name, source);
  const log = new ZeekLog(name, notes);
  try {
    do {
      await window.fill();
      let position = 0;
      while (position < window.length) {
        const next = window.buffer[position] === HASH ? log.directive(window, position) : log.rows(window, position);
        if (next === position) break;
        if (log.block) yield log.block;
        position = next;
      }
      window.consume(position);
    } while (!window.atEnd);
    if (log.isWithoutFields) throw errors.ZEEK_HEADER({ file: name, line: 1, because: "there is no #fields line" });
  } finally {
    await window.close();
  }
}

class ZeekLog {
  /** The rows of the last call of `rows`; null after a `#` line. */
  block: TextBlock | null = null;
  #header = NO_HEADER;
  #scanner: DelimitedScanner | null = null;
  #line = 1;

  constructor(
    readonly name: string,
    readonly notes: SchemaNote[],
  ) {}

  get isWithoutFields(): boolean {
    return this.#header.tabFields === null;
  }

  /** Reads the `#` line at `position`; returns where the next line begins, or `position` when the line is not whole yet. */
  directive(window: ByteWindow, position: number): number {
    this.block = null;
    const lineEnd = window.buffer.subarray(0, window.length).indexOf(LF, position);
    if (lineEnd < 0 && !window.atEnd) return position;
    const end = lineEnd < 0 ? window.length : lineEnd;
    const text = window.buffer.toString("utf8", position, end).replace(/\r$/, "");
    const before = this.#header;
    this.#header = readDirective(this.name, this.#line, text, before);
    if (text.startsWith("#fields") && !sameFields(before, this.#header)) {
      if (before.tabFields !== null) {
        this.notes.push({ kind: "repeatedHeader", message: `${this.name}, line ${this.#line}: other fields from here on.` });
      }
      this.#scanner = null;
    }
    this.#line++;
    return lineEnd < 0 ? window.length : lineEnd + 1;
  }

  /** Reads the rows from `position` up to the next `#` line or the last whole row. */
  rows(window: ByteWindow, position: number): number {
    this.block = null;
    const { tabFields } = this.#header;
    if (tabFields === null)
      throw errors.ZEEK_HEADER({ file: this.name, line: this.#line, because: "a row comes before the #fields line" });
    this.#scanner ??= new DelimitedScanner(this.#header.separator, tabFields.length, true, false);
    const scanner = this.#scanner;
    const hash = window.buffer.subarray(0, window.length).indexOf("\n#", position);
    const end = hash < 0 ? window.length : hash + 1;
    const behind = window.buffer[end]!;
    scanner.window = window.buffer;
    scanner.length = end;
    scanner.line = this.#line;
    const next = scanner.scan(position, hash >= 0 || window.atEnd, window.isCut && hash < 0);
    window.buffer[end] = behind;
    this.#line = scanner.line;
    scanner.dropInvalidText(position, next);
    this.block = this.#blockOf(scanner, tabFields, window.length + 1, position, next);
    return next;
  }

  #blockOf(scanner: DelimitedScanner, tabFields: readonly string[], scratch: number, from: number, to: number): TextBlock {
    const { fields, missing } = this.#header;
    const rejected = rejectedOf(scanner);
    const textOf = (record: number): string =>
      scanner.window.toString("utf8", scanner.recordStarts[record], scanner.recordEnds[record]).slice(0, MOST_TEXT);
    const cells = fields.length === tabFields.length ? scanner : splitJoined(scanner, tabFields, fields.length, rejected, textOf);
    const { cellStarts, cellEnds } = cells;
    const hasEscapes = scanner.window.subarray(from, to).indexOf(ESCAPE) >= 0;
    if (hasEscapes) unescapeCells(scanner.window, { cellStarts, cellEnds }, scanner.recordCount * fields.length, scratch);
    const { recordCount, window: bytes, recordStarts, recordEnds, lines } = scanner;
    return { kind: "text", fields, recordCount, bytes, cellStarts, cellEnds, recordStarts, recordEnds, lines, missing, rejected };
  }
}

/** Zeek writes bytes that would disturb its format as \xhh: undone copies stand behind the text. */
function unescapeCells(
  window: Buffer,
  cells: { cellStarts: Int32Array; cellEnds: Int32Array },
  count: number,
  scratch: number,
): void {
  let to = scratch;
  for (let cell = 0; cell < count; cell++) {
    const text = window.subarray(cells.cellStarts[cell], cells.cellEnds[cell]);
    if (text.indexOf(ESCAPE) < 0) continue;
    const plain = text
      .toString("latin1")
      .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    cells.cellStarts[cell] = to;
    to += window.write(plain, to, "latin1");
    cells.cellEnds[cell] = to;
  }
}
