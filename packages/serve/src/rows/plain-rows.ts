import { isUtf8 } from "node:buffer";
import type { ColumnSchema, Frame } from "@atalaya/learn";
import { columnKindOf, frameOf, missingColumn } from "@atalaya/learn/answering";
import { type CellColumn, type CellForm, cellColumn, NOT_PLAIN } from "./cell-columns.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const OPEN_ROW = 0x7b;
const CLOSE_ROW = 0x7d;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** A field of every row: its quoted name as bytes, and where its cells go. */
interface Field {
  readonly name: Uint8Array;
  /** All that stands before its value where no space is written: comma, name and colon. */
  readonly head: Uint8Array;
  readonly cells: CellColumn;
}

/**
 * Reads many plain rows straight into columns: a list `[…]` or `{"rows": […]}` of JSON objects that all have the same fields
 * in the same order, or one such object a line. A fifth of the time of parsing the objects and reading them then.
 *
 * @returns null where anything is not as plain as that, or not good: then the rows are to be parsed, which tells what it is
 */
export function readPlainJson(body: Uint8Array, inputs: readonly ColumnSchema[], isLines: boolean): Frame | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) return null;
  const rows = isLines ? { begin: 0, tail: "" } : listIn(bytes);
  if (rows === null) return null;
  const first = bytes.indexOf(OPEN_ROW, rows.begin);
  const firstEnd = bytes.indexOf(CLOSE_ROW, first);
  if (first < 0 || firstEnd < 0) return null;
  const names = namesOf(bytes.toString("utf8", first, firstEnd + 1));
  if (names === null) return null;
  const capacity = Math.ceil(((bytes.length - first) / (firstEnd - first + 1)) * 1.05);
  const columns = columnsFor(names, inputs, "json", capacity);
  if (columns === null) return null;
  const fields = names.map((name, at) => {
    const quoted = JSON.stringify(name);
    return { name: Buffer.from(quoted), head: Buffer.from(`${at === 0 ? "" : ","}${quoted}:`), cells: columns[at]! };
  });
  const rowCount = readObjects(bytes, rows.begin, rows.tail, fields, isLines);
  return rowCount < 0 ? null : frameFrom(inputs, names, columns, rowCount);
}

/**
 * As `readPlainJson`, of CSV without quotes.
 *
 * @param names  of its columns, in their order
 */
export function readPlainCsv(body: Uint8Array, inputs: readonly ColumnSchema[], names: readonly string[]): Frame | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.includes(QUOTE) || !isUtf8(bytes)) return null;
  const firstLine = Math.max(8, bytes.indexOf(LINE_FEED));
  const columns = columnsFor(names, inputs, "csv", Math.ceil((bytes.length / firstLine) * 1.05));
  if (columns === null) return null;
  const rowCount = readRecords(bytes, columns);
  return rowCount < 0 ? null : frameFrom(inputs, names, columns, rowCount);
}

/** Where the first row begins, and what follows the last. */
function listIn(bytes: Buffer): { begin: number; tail: string } | null {
  const at = skipSpace(bytes, 0);
  if (bytes[at] === OPEN_LIST) return { begin: at + 1, tail: "]" };
  const head = /^\{\s*"rows"\s*:\s*\[/.exec(bytes.toString("latin1", at, at + 64));
  return head === null ? null : { begin: at + head[0].length, tail: "]}" };
}

function namesOf(row: string): string[] | null {
  try {
    return Object.keys(JSON.parse(row) as object);
  } catch {
    return null;
  }
}

/** Cells of each name; null where a name is no input, or a required input is not there. */
function columnsFor(
  names: readonly string[],
  inputs: readonly ColumnSchema[],
  form: CellForm,
  capacity: number,
): CellColumn[] | null {
  if (new Set(names).size !== names.length) return null;
  if (inputs.some(({ name, optional }) => !optional && !names.includes(name))) return null;
  const columns = names.map((name) => {
    const input = inputs.find((known) => known.name === name);
    return input === undefined ? null : cellColumn(input, form, capacity);
  });
  return columns.every((column) => column !== null) ? columns : null;
}

function frameFrom(
  inputs: readonly ColumnSchema[],
  names: readonly string[],
  columns: readonly CellColumn[],
  rowCount: number,
): Frame {
  const own = new Map(names.map((name, at) => [name, columns[at]!]));
  return frameOf(
    inputs.map(({ name, type }) => {
      return [name, own.get(name)?.build() ?? missingColumn(columnKindOf(type), rowCount)] as const;
    }),
    rowCount,
  );
}

/** Number of rows, or NOT_PLAIN. */
function readObjects(bytes: Buffer, begin: number, tail: string, fields: readonly Field[], isLines: boolean): number {
  let rowCount = 0;
  let at = skipSpace(bytes, begin);
  while (at < bytes.length && bytes[at] === OPEN_ROW) {
    const own = at;
    at = readObject(bytes, at + 1, fields);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    rowCount++;
    if (isLines) {
      const feed = bytes.indexOf(LINE_FEED, own);
      if (feed >= 0 && feed < at) return NOT_PLAIN;
      at = endOfLine(bytes, at);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      continue;
    }
    at = skipSpace(bytes, at);
    if (bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] !== OPEN_ROW) return NOT_PLAIN;
  }
  return rowCount > 0 && isTail(bytes, at, tail) ? rowCount : NOT_PLAIN;
}

/** Behind the fields of a row and its bracket. */
function readObject(bytes: Buffer, begin: number, fields: readonly Field[]): number {
  let at = begin;
  for (let field = 0; field < fields.length; field++) {
    const { name, head, cells } = fields[field]!;
    at = startsWith(bytes, at, head) ? at + head.length : valueBehind(bytes, at, name, field > 0);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    if (isNull(bytes, at)) {
      if (!cells.readMissing()) return NOT_PLAIN;
      at += 4;
    } else {
      at = cells.read(bytes, at);
      if (at === NOT_PLAIN) return NOT_PLAIN;
    }
  }
  at = skipSpace(bytes, at);
  return bytes[at] === CLOSE_ROW ? at + 1 : NOT_PLAIN;
}

function startsWith(bytes: Buffer, at: number, text: Uint8Array): boolean {
  for (let own = 0; own < text.length; own++) if (bytes[at + own] !== text[own]) return false;
  return true;
}

/** Where the value of a field begins, whatever spaces there are around comma and colon; NOT_PLAIN where it is another field. */
function valueBehind(bytes: Buffer, begin: number, name: Uint8Array, hasComma: boolean): number {
  let at = skipSpace(bytes, begin);
  if (hasComma) {
    if (bytes[at] !== COMMA) return NOT_PLAIN;
    at = skipSpace(bytes, at + 1);
  }
  if (!startsWith(bytes, at, name)) return NOT_PLAIN;
  at = skipSpace(bytes, at + name.length);
  if (bytes[at] !== COLON) return NOT_PLAIN;
  return skipSpace(bytes, at + 1);
}

function isNull(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x6e && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c;
}

/** Number of records, or NOT_PLAIN. */
function readRecords(bytes: Buffer, columns: readonly CellColumn[]): number {
  let rowCount = 0;
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === LINE_FEED || bytes[at] === RETURN) {
      at++;
      continue;
    }
    for (let column = 0; column < columns.length; column++) {
      const cells = columns[column]!;
      if (column > 0 && bytes[at++] !== COMMA) return NOT_PLAIN;
      if (isEndOfCell(bytes, at)) {
        if (!cells.readMissing()) return NOT_PLAIN;
      } else {
        at = cells.read(bytes, at);
        if (at === NOT_PLAIN || !isEndOfCell(bytes, at)) return NOT_PLAIN;
      }
    }
    at = endOfLine(bytes, at);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    rowCount++;
  }
  return rowCount;
}

function isEndOfCell(bytes: Buffer, at: number): boolean {
  const byte = bytes[at];
  return byte === COMMA || byte === LINE_FEED || byte === RETURN || at >= bytes.length;
}

/** Behind the end of this line and empty lines; NOT_PLAIN where something else is there. */
function endOfLine(bytes: Buffer, begin: number): number {
  let at = begin;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === RETURN) at++;
  if (at >= bytes.length) return at;
  if (bytes[at] !== LINE_FEED) return NOT_PLAIN;
  return skipSpace(bytes, at);
}

function isTail(bytes: Buffer, begin: number, tail: string): boolean {
  let at = begin;
  for (const character of tail) {
    at = skipSpace(bytes, at);
    if (bytes[at++] !== character.charCodeAt(0)) return false;
  }
  return skipSpace(bytes, at) >= bytes.length;
}

/** Behind white space as JSON knows it. */
function skipSpace(bytes: Buffer, begin: number): number {
  let at = begin;
  while (bytes[at] === 0x20 || bytes[at] === LINE_FEED || bytes[at] === RETURN || bytes[at] === 0x09) at++;
  return at;
}
