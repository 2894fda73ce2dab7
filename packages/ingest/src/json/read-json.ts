import { isUtf8 } from "node:buffer";
import { errors } from "../errors.js";
import type { ByteChunks } from "../formats/byte-chunks.js";
import { MOST_TEXT, type RejectedRow } from "../formats/format.js";
import type { ValueBlock } from "../formats/record-block.js";
import { isRow, type JsonRow, rowsBlock } from "./value-rows.js";

/** What a JSON document holds: its rows, and the other fields of the object that carried them. */
export interface JsonDocument {
  readonly rows: readonly unknown[];
  readonly envelope: JsonRow;
}

function lineOf(text: string, position: number): number {
  let line = 1;
  for (let at = 0; at < position && at < text.length; at++) if (text.charCodeAt(at) === 10) line++;
  return line;
}

/**
 * Parses a JSON document with rows: an array of objects, or an object whose `data` is one.
 *
 * @throws INGEST_JSON_TRUNCATED (retryable), INGEST_JSON_INVALID, INGEST_JSON_SHAPE, INGEST_NOT_UTF8
 */
export function parseDocument(name: string, bytes: Uint8Array): JsonDocument {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(whole)) throw errors.NOT_UTF8({ file: name, line: 1, looksLike: "another encoding, or a damaged transfer" });
  const text = whole.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") throw errors.JSON_TRUNCATED({ file: name, bytes: whole.length });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    const position = Number(/at position (\d+)/.exec(because)?.[1] ?? 0);
    // V8 says it in several ways, but always with the end of the text as the place.
    const isCut = /end of JSON input|Unterminated string/.test(because) || position >= text.trimEnd().length;
    if (isCut) throw errors.JSON_TRUNCATED({ file: name, bytes: whole.length }, error);
    throw errors.JSON_INVALID(
      { file: name, line: lineOf(text, position), because: because.replace(/ in JSON at position.*$|, (\.\.\.)?".*$/s, "") },
      error,
    );
  }
  if (Array.isArray(value)) return { rows: value, envelope: {} };
  if (isRow(value) && Array.isArray(value.data)) {
    const { data: rows, ...envelope } = value as { data: unknown[] };
    return { rows, envelope };
  }
  const found = isRow(value)
    ? `an object with the keys ${Object.keys(value).slice(0, 8).join(", ") || "(none)"}`
    : `a ${value === null ? "null" : typeof value}`;
  throw errors.JSON_SHAPE({ file: name, found });
}

/** Rows of a document as one block; elements that are no objects are rejected. A row's line is its position, from 1. */
export function documentBlock(rows: readonly unknown[]): ValueBlock {
  const kept: JsonRow[] = [];
  const lines = new Uint32Array(rows.length);
  const rejected: RejectedRow[] = [];
  rows.forEach((row, at) => {
    if (isRow(row)) {
      lines[kept.length] = at + 1;
      kept.push(row);
    } else {
      rejected.push({
        line: at + 1,
        column: null,
        reason: "not a JSON object",
        value: null,
        text: String(JSON.stringify(row)).slice(0, MOST_TEXT),
      });
    }
  });
  return rowsBlock(kept, lines, (record) => JSON.stringify(kept[record]).slice(0, MOST_TEXT), rejected);
}

/** Reads a JSON document. It is parsed as a whole, so it should be a batch, not a lake: use JSON lines for large files. */
export async function* readJson(name: string, source: ByteChunks): AsyncGenerator<ValueBlock> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.chunks) chunks.push(chunk);
  const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  if (source.cut.because !== null) throw errors.JSON_TRUNCATED({ file: name, bytes: bytes.length });
  yield documentBlock(parseDocument(name, bytes).rows);
}
