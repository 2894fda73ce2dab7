import type { CategoryColumnBuilder, ColumnBuilder, NumericColumnBuilder } from "../frame/column-builder.js";
import type { ColumnSchema } from "./column-schema.js";
import { nearestName } from "./nearest-name.js";
import { isTime, parseTime } from "./parse-time.js";

/** Why a value was refused. */
export interface ValueProblem {
  readonly expected: string;
  readonly received: string;
  /** A level that the value probably means. */
  readonly suggestion?: string;
}

/** Appends a JSON value to the builder; or returns the problem, and appends a missing value so that columns stay level. */
export type ValueReader = (value: unknown, builder: ColumnBuilder) => ValueProblem | null;

/** Longest excerpt of a caller's value in an answer or a log line. */
const LONGEST_EXCERPT = 60;

/** A value for people: `"sold"`, `12`, `null`, `a list`; long text is cut. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.length > LONGEST_EXCERPT ? `${JSON.stringify(value.slice(0, LONGEST_EXCERPT))}…` : JSON.stringify(value);
  }
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Reader of one declared column. 0, false and "" are values; only null is missing, and only where the column is optional. */
export function valueReader(column: ColumnSchema): ValueReader {
  const read = cellReader(column);
  const expected = describeExpected(column);
  return (value, builder) => {
    if (value === null && column.optional) {
      builder.pushMissing();
      return null;
    }
    const cell = read(value);
    if (cell !== undefined) {
      push(builder, cell);
      return null;
    }
    builder.pushMissing();
    const suggestion = typeof value === "string" && column.levels !== undefined ? nearestName(value, column.levels) : null;
    const problem = { expected, received: describeValue(value) };
    return suggestion === null ? problem : { ...problem, suggestion };
  };
}

function push(builder: ColumnBuilder, cell: number | string): void {
  if (typeof cell === "string") (builder as CategoryColumnBuilder).push(cell);
  else (builder as NumericColumnBuilder).push(cell);
}

/** What a value of the column must be, in words. */
export function describeExpected(column: ColumnSchema): string {
  const orNull = column.optional ? ", or null" : "";
  switch (column.type) {
    case "number":
    case "integer":
      return `${column.type === "integer" ? "a whole number" : "a number"}${describeRange(column)}${orNull}`;
    case "category":
    case "text":
      if (column.levels === undefined) return `text${orNull}`;
      return `one of ${column.levels.map((level) => JSON.stringify(level)).join(", ")}${orNull}`;
    case "boolean":
      return `true or false${orNull}`;
    case "time":
      return `a time such as "2026-11-21T09:30:00Z", or milliseconds since 1970${orNull}`;
  }
}

function describeRange({ min, max, unit }: ColumnSchema): string {
  const inUnit = unit === undefined ? "" : ` ${unit}`;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}${inUnit}`;
  if (min !== undefined) return ` of at least ${min}${inUnit}`;
  if (max !== undefined) return ` of at most ${max}${inUnit}`;
  return "";
}

/** A value that a column takes: text of a category, else a number (1 and 0 for true and false, a time in milliseconds). */
export type CellReader = (value: unknown) => number | string | undefined;

/** What a value is to a column; undefined: the column does not take it. */
export function cellReader(column: ColumnSchema): CellReader {
  switch (column.type) {
    case "number":
    case "integer":
      return numberReader(column);
    case "category":
    case "text":
      return textReader(column);
    case "boolean":
      return (value) => (typeof value === "boolean" ? Number(value) : undefined);
    case "time":
      return (value) => {
        const time = timeOf(value);
        return isTime(time) ? time : undefined;
      };
  }
}

function numberReader(column: ColumnSchema): CellReader {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = column;
  const whole = column.type === "integer";
  return (value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    return value < min || value > max || (whole && !Number.isInteger(value)) ? undefined : value;
  };
}

function textReader(column: ColumnSchema): CellReader {
  const closed = column.levels === undefined ? null : new Set(column.levels);
  return (value) => (typeof value !== "string" || (closed !== null && !closed.has(value)) ? undefined : value);
}

function timeOf(value: unknown): number {
  if (typeof value === "string") return parseTime(value);
  if (typeof value === "number") return value;
  return value instanceof Date ? value.getTime() : Number.NaN;
}
