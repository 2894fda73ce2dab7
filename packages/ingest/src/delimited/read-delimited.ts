import { errors } from "../errors.js";
import type { ByteChunks } from "../formats/byte-chunks.js";
import { ByteWindow } from "../formats/byte-window.js";
import { MOST_TEXT, type RejectedRow, type SchemaNote } from "../formats/format.js";
import type { TextBlock } from "../formats/record-block.js";
import { DelimitedScanner, type FaultyRecord } from "./delimited-scanner.js";
import { columnsBelowTitle, detectDelimiter } from "./detect-delimiter.js";
import { checkNames, otherEncoding, readHeader } from "./header.js";

export interface DelimitedOptions {
  /** Null: detected among comma, semicolon, tab and bar. */
  readonly delimiter: string | null;
  /** Names of the columns of a text without header; null: the first record names them. */
  readonly header: readonly string[] | null;
}

function reasonOf(fault: FaultyRecord, expected: number): string {
  const counts = `expected ${expected} ${expected === 1 ? "field" : "fields"}, found ${fault.fields}`;
  switch (fault.fault) {
    case "fieldCount":
      return counts;
    case "truncated":
      return fault.fields < expected ? `the last line is incomplete: ${counts}` : "the last line is incomplete";
    case "unclosedQuote":
      return "a quote is opened and never closed";
    case "textAfterQuote":
      return "text after a closing quote";
    case "invalidText":
      return "invalid UTF-8";
  }
}

/** Faults of a scan as quarantine rows. */
export function rejectedOf(scanner: DelimitedScanner): RejectedRow[] {
  return scanner.faults.map((fault) => {
    const bytes = scanner.window.subarray(fault.start, fault.end);
    const isNul = fault.fault === "invalidText" && bytes.indexOf(0) >= 0;
    return {
      line: fault.line,
      column: null,
      reason: isNul ? "a NUL byte" : reasonOf(fault, scanner.stride),
      value: null,
      text: bytes
        .subarray(0, 4 * MOST_TEXT)
        .toString("utf8")
        .replaceAll("\0", "\uFFFD")
        .slice(0, MOST_TEXT),
    };
  });
}

async function openHeader(
  window: ByteWindow,
  options: DelimitedOptions,
  notes: SchemaNote[],
): Promise<{ names: readonly string[]; delimiter: string; line: number }> {
  const { name, source } = window;
  const encoding = otherEncoding(source.head);
  if (encoding) throw errors.NOT_UTF8({ file: name, line: 1, looksLike: encoding });
  do await window.fill();
  while (window.length < 3 && !window.atEnd);
  if (window.length >= 3 && window.buffer[0] === 0xef && window.buffer[1] === 0xbb && window.buffer[2] === 0xbf)
    window.consume(3);
  const delimiter = options.delimiter ?? detectDelimiter(source.head);
  const below = options.header || options.delimiter !== null ? null : columnsBelowTitle(source.head);
  if (below !== null) throw errors.HEADER_TITLE({ file: name, columns: below });
  if (options.header) {
    checkNames(name, 1, options.header);
    return { names: options.header, delimiter, line: 1 };
  }
  for (;;) {
    const header = readHeader(name, { window: window.buffer, length: window.length, atEnd: window.atEnd }, delimiter, notes);
    if (header) {
      window.consume(header.next);
      return { names: header.names, delimiter, line: header.line };
    }
    await window.fill();
  }
}

/**
 * Reads a delimited text block by block: one pass, in bounded memory, every record either in a block or rejected with its line.
 *
 * @param notes receives what should be known about the file
 * @throws INGEST_NO_HEADER, INGEST_NOT_UTF8, INGEST_HEADER_BLANK, INGEST_HEADER_DUPLICATE, INGEST_HEADER_BROKEN, INGEST_RECORD_TOO_LONG
 */
export async function* readDelimited(
  name: string,
  source: ByteChunks,
  options: DelimitedOptions,
  notes: SchemaNote[],
): AsyncGenerator<TextBlock> {
  const window = new ByteWindow(name, source);
  try {
    const { names, delimiter, line } = await openHeader(window, options, notes);
    const scanner = new DelimitedScanner(delimiter, names.length, true);
    scanner.line = line;
    for (;;) {
      scanner.window = window.buffer;
      scanner.length = window.length;
      const next = scanner.scan(0, window.atEnd, window.isCut);
      scanner.dropInvalidText(0, next);
      yield blockOf(scanner, names);
      if (window.atEnd) break;
      window.consume(next);
      await window.fill();
    }
  } finally {
    await window.close();
  }
}

function blockOf(scanner: DelimitedScanner, fields: readonly string[]): TextBlock {
  return {
    kind: "text",
    fields,
    recordCount: scanner.recordCount,
    bytes: scanner.window,
    cellStarts: scanner.cellStarts,
    cellEnds: scanner.cellEnds,
    recordStarts: scanner.recordStarts,
    recordEnds: scanner.recordEnds,
    lines: scanner.lines,
    missing: null,
    rejected: rejectedOf(scanner),
  };
}
