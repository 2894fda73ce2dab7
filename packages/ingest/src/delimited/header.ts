import { isUtf8 } from "node:buffer";
import { errors } from "../errors.js";
import type { SchemaNote } from "../formats/format.js";
import { DelimitedScanner } from "./delimited-scanner.js";

/** Columns of one file, more is taken for a wrong delimiter. */
const MOST_COLUMNS = 16_384;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** What a text looks like that is not UTF-8, for the error message. */
export function otherEncoding(head: Uint8Array): string | null {
  if (head[0] === 0xff && head[1] === 0xfe) return "UTF-16, little endian";
  if (head[0] === 0xfe && head[1] === 0xff) return "UTF-16, big endian";
  const line = head.subarray(0, Math.min(head.length, 4096));
  const zeros = line.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (zeros > line.length / 4) return "UTF-16 without a byte order mark";
  return null;
}

/** @throws INGEST_HEADER_BLANK, INGEST_HEADER_DUPLICATE */
export function checkNames(file: string, line: number, names: readonly string[]): void {
  const blank = names.flatMap((name, at) => (name === "" ? [at + 1] : []));
  if (blank.length > 0) throw errors.HEADER_BLANK({ file, line, positions: blank });
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  if (twice.length > 0) throw errors.HEADER_DUPLICATE({ file, line, names: twice });
}

/**
 * Reads the header record of a delimited text.
 *
 * @returns null when the window does not hold the whole header yet
 * @throws INGEST_NO_HEADER, INGEST_NOT_UTF8, INGEST_HEADER_BLANK, INGEST_HEADER_DUPLICATE, INGEST_HEADER_BROKEN
 */
export function readHeader(
  file: string,
  text: { readonly window: Buffer; readonly length: number; readonly atEnd: boolean },
  delimiter: string,
  notes: SchemaNote[],
): { names: readonly string[]; next: number; line: number } | null {
  const scanner = new DelimitedScanner(delimiter, MOST_COLUMNS, false);
  scanner.window = text.window;
  scanner.length = text.length;
  const next = scanner.scan(0, text.atEnd, false, 1);
  const [fault] = scanner.faults;
  if (fault)
    throw errors.HEADER_BROKEN({
      file,
      line: fault.line,
      because: "it has a quote that is not closed, or text behind a closing quote",
    });
  if (scanner.recordCount === 0) {
    if (text.atEnd) throw errors.NO_HEADER({ file });
    return null;
  }
  const line = scanner.lines[0]!;
  const [start, end] = [scanner.recordStarts[0]!, scanner.recordEnds[0]!];
  if (!isUtf8(text.window.subarray(start, end))) throw errors.NOT_UTF8({ file, line, looksLike: "Windows-1252 or ISO-8859-1" });
  const count = scanner.fieldCounts[0]!;
  if (count > MOST_COLUMNS)
    throw errors.HEADER_BROKEN({ file, line, because: `it has ${count} columns, more than ${MOST_COLUMNS}` });
  const names: string[] = [];
  for (let field = 0; field < count; field++) {
    names.push(text.window.toString("utf8", scanner.cellStarts[field], scanner.cellEnds[field]).trim());
  }
  checkNames(file, line, names);
  if (names.some((name) => NUMBER.test(name))) {
    notes.push({
      kind: "headerLooksLikeData",
      message: `${file}: the first line is taken for the header, but it holds numbers; if it is a row, add a line with the column names.`,
    });
  }
  return { names, next, line: scanner.line };
}
