import { isUtf8 } from "node:buffer";
import { errors } from "../errors.js";
import type { ByteChunks } from "../formats/byte-chunks.js";
import { ByteWindow } from "../formats/byte-window.js";
import { MOST_TEXT, type RejectedRow } from "../formats/format.js";
import type { ValueBlock } from "../formats/record-block.js";
import { isRow, type JsonRow, rowsBlock } from "./value-rows.js";

const LF = 10;

const NOT_JSON = "not JSON";

/** The object on a line, or why there is none. */
function rowOf(text: string): JsonRow | string {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : "not a JSON object";
  } catch {
    return NOT_JSON;
  }
}

/** Lines of one window, read into rows and rejections. */
class LineReader {
  readonly rows: JsonRow[] = [];
  readonly lines: number[] = [];
  readonly texts: [start: number, end: number][] = [];
  readonly rejected: RejectedRow[] = [];

  constructor(readonly bytes: Buffer) {}

  read(line: number, start: number, end: number, isUnterminated: boolean): void {
    const bytes = this.bytes.subarray(start, end);
    const text = bytes
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .trim();
    if (text === "") return;
    const row = isUtf8(bytes) ? rowOf(text) : "invalid UTF-8";
    if (typeof row === "string") {
      const reason = isUnterminated && row === NOT_JSON ? "the last line is incomplete" : row;
      this.rejected.push({ line, column: null, reason, value: null, text: text.replaceAll("\0", "\uFFFD").slice(0, MOST_TEXT) });
      return;
    }
    this.rows.push(row);
    this.lines.push(line);
    this.texts.push([start, end]);
  }

  block(): ValueBlock {
    const textOf = (record: number): string =>
      this.bytes
        .toString("utf8", ...this.texts[record]!)
        .trim()
        .slice(0, MOST_TEXT);
    return rowsBlock(this.rows, Uint32Array.from(this.lines), textOf, this.rejected);
  }
}

/**
 * Reads one JSON object a line. A line that is none is rejected; blank lines are skipped and not counted.
 *
 * @throws INGEST_NO_HEADER when there is no line at all, INGEST_RECORD_TOO_LONG
 */
export async function* readJsonLines(name: string, source: ByteChunks): AsyncGenerator<ValueBlock> {
  const window = new ByteWindow(name, source);
  let line = 1;
  let isEmpty = true;
  try {
    do {
      await window.fill();
      const reader = new LineReader(window.buffer);
      const text = window.buffer.subarray(0, window.length);
      let position = 0;
      for (;;) {
        const lineEnd = text.indexOf(LF, position);
        if (lineEnd < 0 && (!window.atEnd || position >= window.length)) break;
        reader.read(line++, position, lineEnd < 0 ? window.length : lineEnd, lineEnd < 0);
        position = lineEnd < 0 ? window.length : lineEnd + 1;
      }
      isEmpty &&= reader.rows.length + reader.rejected.length === 0;
      yield reader.block();
      window.consume(position);
    } while (!window.atEnd);
    if (isEmpty) throw errors.NO_HEADER({ file: name });
  } finally {
    await window.close();
  }
}
