import type { RejectedRow } from "../formats/format.js";
import type { ValueBlock, ValueColumn } from "../formats/record-block.js";

export type JsonRow = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is JsonRow {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rows as objects seen as a block of columns. `hasOwn`, because a column may be called `constructor`. */
export function rowsBlock(
  rows: readonly JsonRow[],
  lines: Uint32Array,
  textOf: (record: number) => string,
  rejected: readonly RejectedRow[],
): ValueBlock {
  const column = (name: string): ValueColumn | null => {
    let found = false;
    const values = rows.map((row) => {
      if (!Object.hasOwn(row, name)) return null;
      found = true;
      return row[name];
    });
    return found ? { kind: "values", values } : null;
  };
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return { kind: "values", recordCount: rows.length, lines, names: [...names], column, textOf, rejected };
}
