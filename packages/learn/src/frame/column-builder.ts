import type { BooleanColumn, CategoryColumn, FrameColumn, NumberColumn, TimeColumn } from "./frame.js";

export type ColumnKind = FrameColumn["kind"];

const FIRST_CAPACITY = 64;

/** Grows a column of numbers, booleans (1, 0) or times (milliseconds), value by value. NaN is missing. */
export class NumericColumnBuilder {
  readonly kind: "number" | "boolean" | "time";
  #values: Float64Array;
  #length = 0;

  constructor(kind: "number" | "boolean" | "time", capacity = FIRST_CAPACITY) {
    this.kind = kind;
    this.#values = new Float64Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  /** The caller has checked that the value is finite or NaN. */
  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  pushMissing(): void {
    this.push(Number.NaN);
  }

  /** Forgets the last value: a row that turns out to be bad after some of its cells were read. */
  pop(): void {
    if (this.#length > 0) this.#length--;
  }

  build(): NumberColumn | BooleanColumn | TimeColumn {
    const full = this.#length === this.#values.length;
    return { kind: this.kind, values: full ? this.#values : this.#values.slice(0, this.#length) };
  }
}

/** Grows a column of categories or texts. Levels are numbered in the order of their first appearance. */
export class CategoryColumnBuilder {
  readonly kind = "category";
  #codes: Int32Array;
  #length = 0;
  readonly #levels: string[] = [];
  readonly #codeByLevel = new Map<string, number>();

  constructor(capacity = FIRST_CAPACITY) {
    this.#codes = new Int32Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(level: string): void {
    this.pushCode(this.codeOf(level));
  }

  pushMissing(): void {
    this.pushCode(-1);
  }

  /** Code of a level, a new one where the level is new: read a repeated dictionary once, then push codes. */
  codeOf(level: string): number {
    let code = this.#codeByLevel.get(level);
    if (code === undefined) {
      code = this.#levels.length;
      this.#levels.push(level);
      this.#codeByLevel.set(level, code);
    }
    return code;
  }

  /** A code that `codeOf` gave, or -1. */
  pushCode(code: number): void {
    if (this.#length === this.#codes.length) {
      const grown = new Int32Array(this.#length * 2);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.#length++] = code;
  }

  /** Forgets the last value; its level stays in the dictionary. */
  pop(): void {
    if (this.#length > 0) this.#length--;
  }

  build(): CategoryColumn {
    const full = this.#length === this.#codes.length;
    return { kind: "category", codes: full ? this.#codes : this.#codes.slice(0, this.#length), levels: this.#levels };
  }
}

export type ColumnBuilder = NumericColumnBuilder | CategoryColumnBuilder;

/** Builder of a column of this kind; `capacity` is the expected number of rows, a hint only. */
export function columnBuilder(kind: ColumnKind, capacity?: number): ColumnBuilder {
  return kind === "category" ? new CategoryColumnBuilder(capacity) : new NumericColumnBuilder(kind, capacity);
}
