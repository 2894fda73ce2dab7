import type { ColumnSchema, FrameColumn } from "@atalaya/learn";
import type { TextBlock, ValueColumn } from "../formats/record-block.js";
import type { RowMarks } from "./row-marks.js";

/**
 * Reads one column of the contract, block by block: first every record of the block is read and judged, then, when all
 * columns have judged, the accepted ones are kept.
 */
export interface ColumnReader {
  readonly column: ColumnSchema;
  /** @param field position in the block, -1: the source has no such column */
  readText(block: TextBlock, field: number, marks: RowMarks): void;
  /** @param values null: no record of the block has the column */
  readValues(values: ValueColumn | null, marks: RowMarks): void;
  /** The value of a record of the current block as text that is equal for equal values; null: missing. */
  keyOf(record: number): string | null;
  /** Keeps the records that nobody has rejected. */
  keep(marks: RowMarks): void;
  /** What was kept since the last call; nothing of it is remembered. */
  take(): FrameColumn;
}

/** How a value of a wrong kind is called in a reason. */
export function describeKind(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value !== null && typeof value === "object") return "an object";
  return typeof value === "boolean" ? "true or false" : `a ${typeof value}`;
}

/** A value as text for quarantine. */
export function textOfValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
