import type { AtalayaError } from "@atalaya/errors";
import { errors } from "../errors.js";

/** Makes the error of what a place of a file holds. */
export type FailureOf = (place: string, problem: string) => AtalayaError;

const brokenBundle: FailureOf = (place, problem) => errors.BUNDLE_BROKEN({ place, problem });

/** One value of a model file's header, with its place for the error: nothing of a file is believed before it was read here. */
export class HeaderReader {
  constructor(
    readonly value: unknown,
    readonly place: string,
    private readonly failure: FailureOf = brokenBundle,
  ) {}

  fail(problem: string): AtalayaError {
    return this.failure(this.place.slice(0, 200), problem);
  }

  /** A field of an object; undefined where the object has none. */
  field(name: string): HeaderReader {
    const record = this.record();
    return new HeaderReader(Object.hasOwn(record, name) ? record[name] : undefined, `${this.place}.${name}`, this.failure);
  }

  record(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.fail("is not an object");
    return value as Readonly<Record<string, unknown>>;
  }

  list(): HeaderReader[] {
    return this.array().map((value, position) => new HeaderReader(value, `${this.place}[${position}]`, this.failure));
  }

  text(): string {
    if (typeof this.value !== "string") throw this.fail("is not text");
    return this.value;
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) throw this.fail("is not a finite number");
    return this.value;
  }

  integer(least: number, most = Number.MAX_SAFE_INTEGER): number {
    const number = this.number();
    if (!Number.isInteger(number) || number < least || number > most)
      throw this.fail(`is no whole number from ${least} to ${most}`);
    return number;
  }

  boolean(): boolean {
    if (typeof this.value !== "boolean") throw this.fail("is neither true nor false");
    return this.value;
  }

  oneOf<const Choice extends string>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) throw this.fail(`is none of ${choices.join(", ")}`);
    return found;
  }

  orNull<Result>(read: (reader: HeaderReader) => Result): Result | null {
    return this.value === null ? null : read(this);
  }

  /** A list of finite numbers, of this length where one is given. */
  numbers(length?: number): number[] {
    const values = this.array(length);
    const wrong = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    if (wrong >= 0) throw this.fail(`holds no finite number at ${wrong}`);
    return values as number[];
  }

  /** As `numbers`, null for a missing one. */
  numbersOrNull(length: number): (number | null)[] {
    const values = this.array(length);
    const wrong = values.findIndex((value) => value !== null && (typeof value !== "number" || !Number.isFinite(value)));
    if (wrong >= 0) throw this.fail(`holds neither a finite number nor null at ${wrong}`);
    return values as (number | null)[];
  }

  texts(): string[] {
    const values = this.array();
    const wrong = values.findIndex((value) => typeof value !== "string");
    if (wrong >= 0) throw this.fail(`holds no text at ${wrong}`);
    return values as string[];
  }

  /** Texts of which no two are equal. */
  distinctTexts(): string[] {
    const texts = this.texts();
    if (new Set(texts).size !== texts.length) throw this.fail("holds a text twice");
    return texts;
  }

  private array(length?: number): unknown[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.fail("is not a list");
    if (length !== undefined && value.length !== length) throw this.fail(`has ${value.length} entries instead of ${length}`);
    return value;
  }
}
