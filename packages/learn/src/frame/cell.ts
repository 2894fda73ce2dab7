import type { Frame, FrameColumn } from "./frame.js";

/** One value as a program sees it. null is missing. */
export type Cell = number | string | boolean | Date | null;
/** One value as JSON carries it: a time is ISO text, or its milliseconds where these are not whole. null is missing. */
export type JsonCell = number | string | boolean | null;

/** Instants that a `Date` can hold. */
const LARGEST_TIME = 8.64e15;

/** True where the row has no value. */
export function isMissing(column: FrameColumn, row: number): boolean {
  return column.kind === "category" ? column.codes[row] < 0 : Number.isNaN(column.values[row]);
}

export function readCell(column: FrameColumn, row: number): Cell {
  if (column.kind === "time") return isMissing(column, row) ? null : new Date(column.values[row]);
  return readJsonCell(column, row);
}

export function readJsonCell(column: FrameColumn, row: number): JsonCell {
  if (isMissing(column, row)) return null;
  switch (column.kind) {
    case "category":
      return column.levels[column.codes[row]];
    case "boolean":
      return column.values[row] !== 0;
    case "number":
      return column.values[row];
    case "time": {
      const time = column.values[row];
      // ISO text ends at milliseconds: a finer time would not come back the same.
      return Number.isInteger(time) && Math.abs(time) <= LARGEST_TIME ? new Date(time).toISOString() : time;
    }
  }
}

/** One row by column name, as the user's own code sees it. Safe for a column called `__proto__`. */
export function rowAsObject(frame: Frame, row: number): Record<string, Cell> {
  const cells: Record<string, Cell> = {};
  for (const [name, column] of frame.columns) {
    const value = readCell(column, row);
    // An assignment would set the prototype.
    if (name === "__proto__") Object.defineProperty(cells, name, { value, enumerable: true, writable: true, configurable: true });
    else cells[name] = value;
  }
  return cells;
}

/** One row by column name, as a request carries it. Safe for a column called `__proto__`. */
export function rowAsJson(frame: Frame, row: number): Record<string, JsonCell> {
  return Object.fromEntries(Array.from(frame.columns, ([name, column]) => [name, readJsonCell(column, row)]));
}
