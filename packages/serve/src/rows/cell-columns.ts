import type { ColumnSchema, FrameColumn } from "@atalaya/learn";
import { isTime, parseTime } from "@atalaya/learn/answering";

/** How cells are written: as values of JSON, or as text between commas. */
export type CellForm = "json" | "csv";

/** What a reader answers to a cell that is not as plain as it expects. */
export const NOT_PLAIN = -1;

/**
 * Reads the cells of one column out of bytes, without an object or a text for each. It knows the usual way to write a value
 * only: whatever else there is, good or bad, is left to the reader of whole values, which says what is wrong with it.
 */
export interface CellColumn {
  /** Takes the cell at `at`; returns where it ends, or NOT_PLAIN. */
  read(bytes: Buffer, at: number): number;
  /** Takes a cell that is missing; false where it may not be. */
  readMissing(): boolean;
  /** The column of all cells taken. */
  build(): FrameColumn;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** A sum of so many digits is a whole number that a double holds, and so is the power of ten that it is divided by. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

export function cellColumn(column: ColumnSchema, form: CellForm, capacity: number): CellColumn {
  switch (column.type) {
    case "number":
    case "integer":
      return new NumberCells(column, capacity);
    case "category":
    case "text":
      return new TextCells(column, form, capacity);
    case "boolean":
      return new BooleanCells(column, form, capacity);
    case "time":
      return new TimeCells(column, form, capacity);
  }
}

class Numbers {
  #values: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(Math.max(16, capacity));
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  build(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

class NumberCells implements CellColumn {
  readonly #values: Numbers;
  readonly #min: number;
  readonly #max: number;
  readonly #isWhole: boolean;
  readonly #optional: boolean;

  constructor({ min, max, type, optional }: ColumnSchema, capacity: number) {
    this.#values = new Numbers(capacity);
    this.#min = min ?? Number.NEGATIVE_INFINITY;
    this.#max = max ?? Number.POSITIVE_INFINITY;
    this.#isWhole = type === "integer";
    this.#optional = optional;
  }

  read(bytes: Buffer, at: number): number {
    const isNegative = bytes[at] === MINUS;
    const first = isNegative ? at + 1 : at;
    let sum = 0;
    let end = first;
    for (; isDigit(bytes[end]); end++) sum = sum * 10 + (bytes[end]! - ZERO);
    const whole = end - first;
    // JSON knows no 007.
    if (whole === 0 || (whole > 1 && bytes[first] === ZERO)) return NOT_PLAIN;
    let digits = 0;
    if (bytes[end] === DOT) {
      const begin = ++end;
      for (; isDigit(bytes[end]); end++) sum = sum * 10 + (bytes[end]! - ZERO);
      digits = end - begin;
      if (digits === 0) return NOT_PLAIN;
    }
    if (whole + digits > EXACT_DIGITS) sum = Number(bytes.toString("latin1", first, end));
    else if (digits > 0) sum /= POWERS[digits]!;
    const value = isNegative ? -sum : sum;
    if (value < this.#min || value > this.#max || (this.#isWhole && !Number.isInteger(value))) return NOT_PLAIN;
    this.#values.push(value);
    return end;
  }

  readMissing(): boolean {
    this.#values.push(Number.NaN);
    return this.#optional;
  }

  build(): FrameColumn {
    return { kind: "number", values: this.#values.build() };
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Where the cell's text ends: before the quote that closes it, or before the comma or end of line behind it. */
function endOfText(bytes: Buffer, at: number, form: CellForm): number {
  let end = at;
  if (form === "json") {
    for (; end < bytes.length && bytes[end] !== QUOTE; end++) {
      if (bytes[end] === BACKSLASH || bytes[end]! < 0x20) return NOT_PLAIN;
    }
    return end < bytes.length ? end : NOT_PLAIN;
  }
  while (end < bytes.length && bytes[end] !== 0x2c && bytes[end] !== 0x0a && bytes[end] !== 0x0d) end++;
  return end;
}

/** Levels are found by their bytes: a text is made only of one that is new. */
class TextCells implements CellColumn {
  readonly #form: CellForm;
  readonly #optional: boolean;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #levels: string[] = [];
  readonly #bytesOfLevel: Uint8Array[] = [];
  /** Code by hash; -1: none. */
  #table = new Int32Array(256).fill(-1);
  #codes: Int32Array;
  #length = 0;

  constructor({ levels, optional }: ColumnSchema, form: CellForm, capacity: number) {
    this.#form = form;
    this.#optional = optional;
    this.#allowed = levels === undefined ? null : new Set(levels);
    this.#codes = new Int32Array(Math.max(16, capacity));
  }

  read(bytes: Buffer, at: number): number {
    const isJson = this.#form === "json";
    if (isJson && bytes[at] !== QUOTE) return NOT_PLAIN;
    const begin = isJson ? at + 1 : at;
    const end = endOfText(bytes, begin, this.#form);
    if (end === NOT_PLAIN) return NOT_PLAIN;
    const code = this.#codeOf(bytes, begin, end);
    if (code < 0) return NOT_PLAIN;
    this.#push(code);
    return isJson ? end + 1 : end;
  }

  readMissing(): boolean {
    this.#push(-1);
    return this.#optional;
  }

  build(): FrameColumn {
    return { kind: "category", codes: this.#codes.slice(0, this.#length), levels: this.#levels };
  }

  #push(code: number): void {
    if (this.#length === this.#codes.length) {
      const grown = new Int32Array(this.#length * 2);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.#length++] = code;
  }

  #codeOf(bytes: Buffer, begin: number, end: number): number {
    let hash = end - begin;
    for (let at = begin; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const mask = this.#table.length - 1;
    for (let place = (hash ^ (hash >>> 15)) & mask; ; place = (place + 1) & mask) {
      const code = this.#table[place]!;
      if (code < 0) return this.#add(bytes, begin, end, place);
      if (isSame(this.#bytesOfLevel[code]!, bytes, begin, end)) return code;
    }
  }

  #add(bytes: Buffer, begin: number, end: number, place: number): number {
    const level = bytes.toString("utf8", begin, end);
    if (this.#allowed !== null && !this.#allowed.has(level)) return NOT_PLAIN;
    const code = this.#levels.push(level) - 1;
    this.#bytesOfLevel.push(Uint8Array.prototype.slice.call(bytes, begin, end));
    this.#table[place] = code;
    if (this.#levels.length * 2 > this.#table.length) this.#grow();
    return code;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 4).fill(-1);
    const mask = this.#table.length - 1;
    for (const [code, bytes] of this.#bytesOfLevel.entries()) {
      let hash = bytes.length;
      for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
      let place = (hash ^ (hash >>> 15)) & mask;
      while (this.#table[place]! >= 0) place = (place + 1) & mask;
      this.#table[place] = code;
    }
  }
}

function isSame(level: Uint8Array, bytes: Buffer, begin: number, end: number): boolean {
  if (level.length !== end - begin) return false;
  for (let at = 0; at < level.length; at++) if (level[at] !== bytes[begin + at]) return false;
  return true;
}

const TRUE: Record<CellForm, ReadonlySet<string>> = { json: new Set(["true"]), csv: new Set(["true", "True", "1"]) };
const FALSE: Record<CellForm, ReadonlySet<string>> = { json: new Set(["false"]), csv: new Set(["false", "False", "0"]) };

class BooleanCells implements CellColumn {
  readonly #values: Numbers;
  readonly #form: CellForm;
  readonly #optional: boolean;

  constructor({ optional }: ColumnSchema, form: CellForm, capacity: number) {
    this.#values = new Numbers(capacity);
    this.#form = form;
    this.#optional = optional;
  }

  read(bytes: Buffer, at: number): number {
    let end = at;
    while (end < bytes.length && isLetterOrDigit(bytes[end]!)) end++;
    const word = bytes.toString("latin1", at, end);
    if (TRUE[this.#form].has(word)) this.#values.push(1);
    else if (FALSE[this.#form].has(word)) this.#values.push(0);
    else return NOT_PLAIN;
    return end;
  }

  readMissing(): boolean {
    this.#values.push(Number.NaN);
    return this.#optional;
  }

  build(): FrameColumn {
    return { kind: "boolean", values: this.#values.build() };
  }
}

function isLetterOrDigit(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

class TimeCells implements CellColumn {
  readonly #values: Numbers;
  readonly #form: CellForm;
  readonly #optional: boolean;

  constructor({ optional }: ColumnSchema, form: CellForm, capacity: number) {
    this.#values = new Numbers(capacity);
    this.#form = form;
    this.#optional = optional;
  }

  read(bytes: Buffer, at: number): number {
    const isJson = this.#form === "json";
    if (isJson && bytes[at] !== QUOTE) return NOT_PLAIN;
    const begin = isJson ? at + 1 : at;
    const end = endOfText(bytes, begin, this.#form);
    if (end === NOT_PLAIN) return NOT_PLAIN;
    const time = parseTime(bytes.toString("utf8", begin, end));
    if (!isTime(time)) return NOT_PLAIN;
    this.#values.push(time);
    return isJson ? end + 1 : end;
  }

  readMissing(): boolean {
    this.#values.push(Number.NaN);
    return this.#optional;
  }

  build(): FrameColumn {
    return { kind: "time", values: this.#values.build() };
  }
}
