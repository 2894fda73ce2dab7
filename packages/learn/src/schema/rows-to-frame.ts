import { type ColumnBuilder, columnBuilder } from "../frame/column-builder.js";
import type { Frame } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { columnKindOf } from "./column-kind.js";
import type { ColumnSchema } from "./column-schema.js";
import { nearestName } from "./nearest-name.js";
import { describeExpected, describeValue, type ValueReader, valueReader } from "./read-value.js";

/** One reason why request rows cannot be scored. */
export interface RowProblem {
  /** Position in the request; null: the request as a whole. */
  readonly row: number | null;
  /** Field of the row; null: the row as a whole. */
  readonly field: string | null;
  readonly expected: string;
  readonly received: string;
  /** The name or level that was probably meant. */
  readonly suggestion?: string;
}

export interface RowReading {
  /** Every row; a cell with a problem is missing. Score it only when there is no problem. */
  readonly frame: Frame;
  /** The first problems, `MOST_PROBLEMS` at most; reading stops there. */
  readonly problems: readonly RowProblem[];
}

/** A hostile request must not be answered with more text than it had. */
export const MOST_PROBLEMS = 100;

interface InputReader {
  readonly column: ColumnSchema;
  readonly read: ValueReader;
}

/**
 * Reads request rows, objects by input name, into a frame, and says what is wrong with them: a missing required field, an
 * unknown field, a value of another type (a number as text is text), out of range, of no known level, not finite, not
 * whole, no time. An optional field may be null or absent. Never throws on any input.
 */
export function rowsToFrame(inputs: readonly ColumnSchema[], rows: unknown): RowReading {
  return rowReader(inputs)(rows);
}

/** As `rowsToFrame`, with the work that depends on the inputs only done once: for a service that reads many requests. */
export function rowReader(inputs: readonly ColumnSchema[]): (rows: unknown) => RowReading {
  const readers = inputs.map((column): InputReader => ({ column, read: valueReader(column) }));
  const names = new Set(inputs.map(({ name }) => name));
  return (rows) => {
    const problems: RowProblem[] = [];
    const list = Array.isArray(rows) ? (rows as readonly unknown[]) : [];
    if (!Array.isArray(rows))
      problems.push({ row: null, field: null, expected: "a list of rows", received: describeValue(rows) });
    const builders = inputs.map(({ type }) => columnBuilder(columnKindOf(type), list.length));
    for (let row = 0; row < list.length && problems.length < MOST_PROBLEMS; row++) {
      readRow(list[row], row, readers, names, builders, problems);
    }
    const frame = frameOf(inputs.map(({ name }, position) => [name, builders[position].build()] as const));
    return { frame, problems: problems.slice(0, MOST_PROBLEMS) };
  };
}

function readRow(
  value: unknown,
  row: number,
  readers: readonly InputReader[],
  names: ReadonlySet<string>,
  builders: readonly ColumnBuilder[],
  problems: RowProblem[],
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push({ row, field: null, expected: "an object with one field per input", received: describeValue(value) });
    for (const builder of builders) builder.pushMissing();
    return;
  }
  const cells = value as Readonly<Record<string, unknown>>;
  let present = 0;
  for (let position = 0; position < readers.length; position++) {
    const { column, read } = readers[position];
    // Own fields only: `toString` and the like must not be found on the prototype.
    const has = Object.hasOwn(cells, column.name);
    if (has) present++;
    const cell = has ? cells[column.name] : undefined;
    if (cell === undefined) {
      builders[position].pushMissing();
      if (!column.optional) problems.push({ row, field: column.name, expected: describeExpected(column), received: "nothing" });
      continue;
    }
    const problem = read(cell, builders[position]);
    if (problem !== null) problems.push({ row, field: column.name, ...problem });
  }
  const fields = Object.keys(cells);
  if (fields.length !== present) reportUnknownFields(fields, row, names, cells, problems);
}

function reportUnknownFields(
  fields: readonly string[],
  row: number,
  names: ReadonlySet<string>,
  cells: Readonly<Record<string, unknown>>,
  problems: RowProblem[],
): void {
  for (const field of fields) {
    if (names.has(field)) continue;
    if (problems.length >= MOST_PROBLEMS) return;
    const unset = [...names].filter((name) => !Object.hasOwn(cells, name));
    const suggestion = nearestName(field, unset);
    const problem = { row, field: field.slice(0, 200), expected: "no such field", received: describeValue(cells[field]) };
    problems.push(suggestion === null ? problem : { ...problem, suggestion });
  }
}
