import { isUtf8 } from "node:buffer";

const LF = 10;
const CR = 13;
const QUOTE = 34;
const SPACE = 32;
const TAB = 9;

/** Room for cells at first, so that a header of unknown width costs little. */
const FIRST_CELLS = 1 << 16;

const NEED_MORE = -1;
const UNCLOSED = -2;
const TEXT_AFTER = -3;

/** A record longer than this is taken for one whose quote was never closed. */
export const MOST_RECORD_BYTES = 16 << 20;

export type RecordFault = "fieldCount" | "textAfterQuote" | "unclosedQuote" | "truncated" | "invalidText";

/** A record that the scanner could not take: where, why, and how many fields it had. */
export interface FaultyRecord {
  readonly line: number;
  readonly fault: RecordFault;
  readonly fields: number;
  /** Bytes of the record in the window. */
  readonly start: number;
  readonly end: number;
}

/**
 * Splits bytes into records and cells, in place and without making strings.
 *
 * It is our own because no library reports the exact physical line of every record, accepted or rejected, at the speed that
 * ingest needs; `csv-parse` is its oracle in the tests. RFC 4180 with these rules beside it:
 * - LF, CRLF and a lone CR end a record; a line without any byte is skipped and not counted;
 * - blanks around a quoted cell are skipped; a quote inside an unquoted cell is an ordinary character;
 * - a record with text after a closing quote, or whose quote is never closed, is faulty up to the end of its first physical
 *   line, and scanning goes on with the line after that: a stray quote costs one record, not the rest of the file.
 */
export class DelimitedScanner {
  /** Bytes [0, length) are text; the space behind holds cells whose doubled quotes were undone. */
  window: Buffer = Buffer.alloc(0);
  length = 0;
  recordCount = 0;
  cellStarts = new Int32Array(0);
  cellEnds = new Int32Array(0);
  recordStarts = new Int32Array(0);
  recordEnds = new Int32Array(0);
  lines = new Uint32Array(0);
  /** Fields of each record: differs from `stride` only when no count is enforced. */
  fieldCounts = new Int32Array(0);
  faults: FaultyRecord[] = [];
  /** Line at which the next scan starts. */
  line = 1;
  #scratch = 0;
  #quotedStart = 0;
  #quotedEnd = 0;
  readonly #delimiter: number;

  /**
   * @param stride   cells kept a record
   * @param enforced a record must have exactly `stride` cells
   */
  constructor(
    delimiter: string,
    readonly stride: number,
    readonly enforced: boolean,
    readonly quoting = true,
  ) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /**
   * Scans the window from `from`, fills the arrays, and returns where the first incomplete record begins.
   *
   * @param atEnd       no byte comes after the window
   * @param cut         the text ends early for certain: a last record without line end is incomplete even when its cells add up
   * @param mostRecords stop after so many records
   */
  scan(from: number, atEnd: boolean, cut = false, mostRecords = Number.MAX_SAFE_INTEGER): number {
    this.recordCount = 0;
    this.faults = [];
    this.#scratch = this.length + 1;
    // A line end behind the text spares the inner loops a bound check.
    this.window[this.length] = LF;
    let position = from;
    while (position < this.length && this.recordCount < mostRecords) {
      const byte = this.window[position]!;
      if (byte === LF || byte === CR) {
        const next = this.#afterLineEnd(position, atEnd);
        if (next < 0) break;
        position = next;
        this.line++;
        continue;
      }
      const next = this.#record(position, atEnd, cut);
      if (next < 0) break;
      position = next;
    }
    return position;
  }

  /** Position after the line end at `at`; -1 when a CR is the last byte so far and an LF may follow. */
  #afterLineEnd(at: number, atEnd: boolean): number {
    if (this.window[at] === LF) return at + 1;
    if (at + 1 < this.length) return this.window[at + 1] === LF ? at + 2 : at + 1;
    return atEnd ? at + 1 : -1;
  }

  #reserve(): void {
    const most = this.lines.length;
    if (this.recordCount < most) return;
    const next = Math.max(1, Math.min(1024, Math.floor(FIRST_CELLS / this.stride)), most * 2);
    const grown = (from: Int32Array, size: number): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    this.cellStarts = grown(this.cellStarts, next * this.stride);
    this.cellEnds = grown(this.cellEnds, next * this.stride);
    this.recordStarts = grown(this.recordStarts, next);
    this.recordEnds = grown(this.recordEnds, next);
    this.fieldCounts = grown(this.fieldCounts, next);
    const lines = new Uint32Array(next);
    lines.set(this.lines);
    this.lines = lines;
  }

  /** One record from `start`; returns where the next one begins, -1 when more bytes are needed. */
  #record(start: number, atEnd: boolean, cut: boolean): number {
    this.#reserve();
    const { window, length, stride, cellStarts, cellEnds } = this;
    const delimiter = this.#delimiter;
    const base = this.recordCount * stride;
    const firstLine = this.line;
    const scratch = this.#scratch;
    let fields = 0;
    let at = start;
    for (;;) {
      let cellStart = at;
      let cellEnd: number;
      let byte = window[at]!;
      if (this.quoting && (byte === SPACE || byte === TAB)) {
        let ahead = at;
        while (window[ahead] === SPACE || (window[ahead] === TAB && delimiter !== TAB)) ahead++;
        if (window[ahead] === QUOTE && ahead < length) {
          at = ahead;
          byte = QUOTE;
        }
      }
      if (byte === QUOTE && this.quoting) {
        const outcome = this.#quoted(at, start, atEnd);
        if (outcome === NEED_MORE) return this.#rewind(firstLine);
        if (outcome < 0) {
          this.#scratch = scratch;
          return this.#skipFirstLine({ start, firstLine, fields, isUnclosed: outcome === UNCLOSED, atEnd });
        }
        cellStart = this.#quotedStart;
        cellEnd = this.#quotedEnd;
        at = outcome;
      } else {
        while (byte !== delimiter && byte !== LF && byte !== CR) byte = window[++at]!;
        cellEnd = at;
      }
      if (fields < stride) {
        cellStarts[base + fields] = cellStart;
        cellEnds[base + fields] = cellEnd;
      }
      fields++;
      if (at < length && window[at] === delimiter) at++;
      else return this.#finish(start, at, fields, firstLine, atEnd, cut);
    }
  }

  /** A quoted cell from its opening quote. Position after it, or a negative fault. Counts the lines in it. */
  #quoted(open: number, recordStart: number, atEnd: boolean): number {
    const { window, length } = this;
    let at = open + 1;
    let hasDoubled = false;
    for (;;) {
      let byte = window[at]!;
      while (byte !== QUOTE && byte !== LF && byte !== CR) byte = window[++at]!;
      if (at >= length) {
        return atEnd || at - recordStart > MOST_RECORD_BYTES ? UNCLOSED : NEED_MORE;
      }
      if (byte === QUOTE) {
        if (at + 1 >= length && !atEnd) return NEED_MORE;
        if (window[at + 1] === QUOTE && at + 1 < length) {
          hasDoubled = true;
          at += 2;
          continue;
        }
        break;
      }
      this.line++;
      at += byte === CR && window[at + 1] === LF && at + 1 < length ? 2 : 1;
    }
    this.#quotedStart = open + 1;
    this.#quotedEnd = at;
    if (hasDoubled) this.#undouble(open + 1, at);
    at++;
    while (window[at] === SPACE || (window[at] === TAB && this.#delimiter !== TAB)) at++;
    const byte = window[at]!;
    if (at >= length && !atEnd) return NEED_MORE;
    return byte === this.#delimiter || byte === LF || byte === CR ? at : TEXT_AFTER;
  }

  #undouble(start: number, end: number): void {
    const { window } = this;
    let to = this.#scratch;
    this.#quotedStart = to;
    for (let at = start; at < end; at++) {
      const byte = window[at]!;
      window[to++] = byte;
      if (byte === QUOTE) at++;
    }
    this.#quotedEnd = to;
    this.#scratch = to;
  }

  #rewind(firstLine: number): number {
    this.line = firstLine;
    return -1;
  }

  /** The record is faulty: its first physical line goes, and scanning resumes behind that line. */
  #skipFirstLine(record: { start: number; firstLine: number; fields: number; isUnclosed: boolean; atEnd: boolean }): number {
    const { window, length } = this;
    const { start, firstLine, atEnd } = record;
    let end = start;
    while (window[end] !== LF && window[end] !== CR) end++;
    const next = end >= length ? (atEnd ? length : -1) : this.#afterLineEnd(end, atEnd);
    if (next < 0) return this.#rewind(firstLine);
    const isLast = next >= length && atEnd;
    const fault = record.isUnclosed ? (isLast ? "truncated" : "unclosedQuote") : "textAfterQuote";
    this.faults.push({ line: firstLine, fault, fields: record.fields + 1, start, end });
    this.line = firstLine + 1;
    return next;
  }

  #finish(start: number, end: number, fields: number, firstLine: number, atEnd: boolean, cut: boolean): number {
    const unterminated = end >= this.length;
    if (unterminated && !atEnd) return this.#rewind(firstLine);
    const next = unterminated ? this.length : this.#afterLineEnd(end, atEnd);
    if (next < 0) return this.#rewind(firstLine);
    this.line++;
    if ((unterminated && cut) || (this.enforced && fields !== this.stride)) {
      const isShortEnd = unterminated && (cut || fields < this.stride);
      this.faults.push({ line: firstLine, fault: isShortEnd ? "truncated" : "fieldCount", fields, start, end });
      return next;
    }
    const record = this.recordCount++;
    this.recordStarts[record] = start;
    this.recordEnds[record] = end;
    this.lines[record] = firstLine;
    this.fieldCounts[record] = fields;
    return next;
  }

  /**
   * Takes out the records whose bytes are not UTF-8 text, or hold a NUL (which PostgreSQL's text cannot).
   *
   * @param from start of the scan, @param to what it returned
   */
  dropInvalidText(from: number, to: number): void {
    const whole = this.window.subarray(from, to);
    if (isUtf8(whole) && whole.indexOf(0) < 0) return;
    const { stride, cellStarts, cellEnds } = this;
    let kept = 0;
    for (let record = 0; record < this.recordCount; record++) {
      const start = this.recordStarts[record]!;
      const end = this.recordEnds[record]!;
      const bytes = this.window.subarray(start, end);
      if (!isUtf8(bytes) || bytes.indexOf(0) >= 0) {
        this.faults.push({ line: this.lines[record]!, fault: "invalidText", fields: stride, start, end });
        continue;
      }
      cellStarts.copyWithin(kept * stride, record * stride, (record + 1) * stride);
      cellEnds.copyWithin(kept * stride, record * stride, (record + 1) * stride);
      this.recordStarts[kept] = start;
      this.recordEnds[kept] = end;
      this.lines[kept] = this.lines[record]!;
      kept++;
    }
    this.recordCount = kept;
  }
}
