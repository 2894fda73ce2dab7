import { readTimeText } from "../contract/parse-instant.js";
import { readNumberText } from "../contract/parse-number.js";

/** Distinct texts of a column that are counted one by one; beyond, only kinds are counted. */
const MOST_DISTINCT = 100_000;

const BOOLEAN_PAIRS: readonly ReadonlySet<string>[] = [
  new Set(["true", "false"]),
  new Set(["t", "f"]),
  new Set(["yes", "no"]),
  new Set(["y", "n"]),
  new Set(["1", "0"]),
];

/** In fewer rows than this, a column of 0 and 1 may as well count something. */
const LEAST_BITS = 10;

/** Looks like a date and is no number: `1545403816` is a time only by its name. */
const TIME_SHAPE = /^\d{1,4}[-/]\d{1,2}[-/]\d{1,4}|^\d{8}T\d{4}/;
const LEADING_ZERO = /^[+-]?0\d/;

/** What the values of one column of a file look like, counted in rows. */
export class ColumnFacts {
  rows = 0;
  missing = 0;
  numbers = 0;
  wholeNumbers = 0;
  /** Texts that have the shape of a date, and numbers that would be read as a time. */
  times = 0;
  numericTimes = 0;
  nested = 0;
  hasLeadingZeros = false;
  /** The source itself says that the column holds times. */
  isTyped = false;
  least = Number.POSITIVE_INFINITY;
  largest = Number.NEGATIVE_INFINITY;
  longest = 0;
  readonly #countByText = new Map<string, number>();
  #isComplete = true;

  constructor(readonly name: string) {}

  /** Distinct values, trimmed; null when they are too many to count. */
  get texts(): ReadonlyMap<string, number> | null {
    return this.#isComplete ? this.#countByText : null;
  }

  get present(): number {
    return this.rows - this.missing;
  }

  /** True when the values are one pair of words for true and false, both of them. */
  get isBoolean(): boolean {
    const words = this.texts ? [...new Set([...this.texts.keys()].map((text) => text.toLowerCase()))] : [];
    if (words.includes("0") && this.present < LEAST_BITS) return false;
    return words.length === 2 && BOOLEAN_PAIRS.some((pair) => words.every((word) => pair.has(word)));
  }

  addMissing(): void {
    this.rows++;
    this.missing++;
  }

  addNested(): void {
    this.rows++;
    this.nested++;
  }

  addText(text: string): void {
    this.rows++;
    const count = this.#countByText.get(text);
    if (count !== undefined || this.#countByText.size < MOST_DISTINCT) this.#countByText.set(text, (count ?? 0) + 1);
    else this.#isComplete = false;
    const value = readNumberText(text);
    if (typeof value === "number") this.#addNumber(value, text);
    else if (TIME_SHAPE.test(text) && typeof readTimeText(text) === "number") this.times++;
    if (text.length > this.longest) this.longest = text.length;
  }

  #addNumber(value: number, text: string): void {
    this.numbers++;
    if (typeof readTimeText(text) === "number") this.numericTimes++;
    if (Number.isSafeInteger(value)) this.wholeNumbers++;
    if (LEADING_ZERO.test(text)) this.hasLeadingZeros = true;
    if (value < this.least) this.least = value;
    if (value > this.largest) this.largest = value;
  }
}
