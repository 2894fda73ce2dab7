import type { ColumnType } from "@atalaya/learn";
import { identifier } from "./duckdb.js";

/** How a selected column arrives: a DOUBLE without NULL (NaN instead), or VARCHAR. */
export type SelectedKind = "numbers" | "booleans" | "times" | "texts";

export interface SelectedColumn {
  readonly name: string;
  readonly kind: SelectedKind;
  readonly sql: string;
}

const SMALL_NUMBER = /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER)$/;
const REAL_NUMBER = /^(FLOAT|DOUBLE)$/;
const LARGE_NUMBER = /^(BIGINT|UBIGINT|HUGEINT|UHUGEINT|DECIMAL.*)$/;
const INSTANT = /^(DATE|TIMESTAMP.*)$/;

/** NULL and NaN arrive as NaN, so no validity mask has to be looked at cell by cell. */
function asDouble(expression: string): string {
  return `coalesce(CAST(${expression} AS DOUBLE), CAST('NaN' AS DOUBLE))`;
}

/** Milliseconds with a fraction: one division where a double holds the microseconds, else whole and fraction apart. */
function asMilliseconds(column: string): string {
  const us = `epoch_us(${column})`;
  const parts = `CAST(${us} // 1000 AS DOUBLE) + CAST(${us} % 1000 AS DOUBLE) / 1000`;
  return `coalesce(CASE WHEN abs(${us}) <= ${Number.MAX_SAFE_INTEGER} THEN ${us} / 1000 ELSE ${parts} END, CAST('NaN' AS DOUBLE))`;
}

/**
 * How to select a Parquet column of a DuckDB type for a column of the dataset; `wanted` null: as its own type.
 * Whole numbers that become text keep all their digits.
 */
export function selectColumn(name: string, duckType: string, wanted: ColumnType | null): SelectedColumn {
  const column = identifier(name);
  const text: SelectedColumn = { name, kind: "texts", sql: `CAST(${column} AS VARCHAR)` };
  const wantsText = wanted === "text" || wanted === "category";
  if (REAL_NUMBER.test(duckType)) return { name, kind: "numbers", sql: asDouble(column) };
  if (SMALL_NUMBER.test(duckType) || LARGE_NUMBER.test(duckType)) {
    return wantsText ? text : { name, kind: "numbers", sql: asDouble(column) };
  }
  if (duckType === "BOOLEAN") return wantsText ? text : { name, kind: "booleans", sql: asDouble(column) };
  if (INSTANT.test(duckType) && (wanted === "time" || wanted === null)) {
    return { name, kind: "times", sql: asMilliseconds(column) };
  }
  return text;
}
