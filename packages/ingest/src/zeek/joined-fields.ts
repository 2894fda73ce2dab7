import type { DelimitedScanner } from "../delimited/delimited-scanner.js";
import type { RejectedRow } from "../formats/format.js";
import { JOINED } from "./zeek-header.js";

const BLANK = 32;

/** Cells with the joined fields taken apart. */
export interface SplitCells {
  readonly cellStarts: Int32Array;
  readonly cellEnds: Int32Array;
}

/**
 * Takes apart the fields whose names are joined by three blanks (see `JOINED`), record by record.
 *
 * A record whose value has not as many parts as the name is taken out of the scanner and rejected.
 */
export function splitJoined(
  scanner: DelimitedScanner,
  tabFields: readonly string[],
  stride: number,
  rejected: RejectedRow[],
  textOf: (record: number) => string,
): SplitCells {
  const parts = tabFields.map((field) => field.split(JOINED).length);
  const cellStarts = new Int32Array(scanner.recordCount * stride);
  const cellEnds = new Int32Array(scanner.recordCount * stride);
  let kept = 0;
  for (let record = 0; record < scanner.recordCount; record++) {
    const found = splitRecord(scanner, record, parts, { cellStarts, cellEnds, base: kept * stride });
    if (found !== stride) {
      const reason = `expected ${stride} fields, found ${found}`;
      rejected.push({ line: scanner.lines[record]!, column: null, reason, value: null, text: textOf(record) });
      continue;
    }
    scanner.recordStarts[kept] = scanner.recordStarts[record]!;
    scanner.recordEnds[kept] = scanner.recordEnds[record]!;
    scanner.lines[kept] = scanner.lines[record]!;
    kept++;
  }
  scanner.recordCount = kept;
  return { cellStarts, cellEnds };
}

function splitRecord(
  scanner: DelimitedScanner,
  record: number,
  parts: readonly number[],
  to: SplitCells & { base: number },
): number {
  const { window, stride } = scanner;
  let found = 0;
  for (let field = 0; field < stride; field++) {
    let start = scanner.cellStarts[record * stride + field]!;
    const end = scanner.cellEnds[record * stride + field]!;
    for (let at = start; parts[field]! > 1 && at + 2 < end; at++) {
      if (window[at] !== BLANK || window[at + 1] !== BLANK || window[at + 2] !== BLANK) continue;
      to.cellStarts[to.base + found] = start;
      to.cellEnds[to.base + found] = at;
      found++;
      start = at + JOINED.length;
      at = start - 1;
    }
    to.cellStarts[to.base + found] = start;
    to.cellEnds[to.base + found] = end;
    found++;
  }
  return found;
}
