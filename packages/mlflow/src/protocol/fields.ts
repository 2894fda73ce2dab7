import type { KeyValue, Tags } from "@atalaya/registry";
import { invalid } from "../errors.js";

const seeDocs = "See the API docs for more information about request parameters.";

/**
 * Fields of a request as protocol buffers read JSON: a field has its snake or its camel name, whole numbers may be texts,
 * null and an empty text are no value, and unknown fields are passed over.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  raw(name: string): unknown {
    const value = this.#values[name] ?? this.#values[camelCase(name)];
    return value === null ? undefined : value;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** @throws MLFLOW_INVALID_PARAMETER when it is missing or no text */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === null || value === "") throw invalid(`Missing value for required parameter '${name}'. ${seeDocs}`);
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== "string") throw wrongType(name, value);
    return value;
  }

  /** The value of `run_id`, which older clients call `run_uuid`. */
  run(): string {
    return this.raw("run_id") === undefined && this.has("run_uuid") ? this.text("run_uuid") : this.text("run_id");
  }

  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === null) throw invalid(`Missing value for required parameter '${name}'. ${seeDocs}`);
    return value;
  }

  optionalInteger(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== "number" || !Number.isInteger(number)) throw wrongType(name, value);
    return number;
  }

  /** A double; the words NaN, Infinity and -Infinity are numbers too. */
  number(name: string): number {
    const value = this.raw(name);
    if (value === undefined) throw invalid(`Missing value for required parameter '${name}'. ${seeDocs}`);
    return asNumber(name, value);
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    return value === true || (typeof value === "string" && value.toLowerCase() === "true");
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw wrongType(name, value);
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (typeof item !== "string") throw wrongType(name, item);
      return item;
    });
  }

  objects(name: string): readonly Fields[] {
    return this.list(name).map((item) => {
      if (typeof item !== "object" || item === null || Array.isArray(item)) throw wrongType(name, item);
      return new Fields(item as Record<string, unknown>);
    });
  }

  object(name: string): Fields {
    const value = this.raw(name);
    if (value === undefined) return new Fields({});
    if (typeof value !== "object" || Array.isArray(value)) throw wrongType(name, value);
    return new Fields(value as Record<string, unknown>);
  }

  /** `[{"key": …, "value": …}]`; a missing value is an empty text. */
  pairs(name: string): KeyValue[] {
    return this.objects(name).map((item) => ({ key: item.optionalText("key") ?? "", value: item.optionalText("value") ?? "" }));
  }

  tags(name: string): Tags {
    return Object.fromEntries(this.pairs(name).map(({ key, value }) => [key, value]));
  }
}

export function asNumber(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (value === "NaN") return Number.NaN;
    if (value === "Infinity" || value === "-Infinity") return Number(value);
    if (value.trim() !== "" && !Number.isNaN(Number(value))) return Number(value);
  }
  throw wrongType(name, value);
}

const camelCases = new Map<string, string>();

/** Names come from our routes alone, so there are few of them. */
function camelCase(name: string): string {
  const known = camelCases.get(name);
  if (known !== undefined) return known;
  const made = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  camelCases.set(name, made);
  return made;
}

function wrongType(name: string, value: unknown): Error {
  return invalid(
    `Invalid value ${JSON.stringify(value)} for parameter '${name}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${seeDocs}`,
  );
}

/** Names of types as MLflow's messages have them. */
function pythonType(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "str" : "dict";
}
