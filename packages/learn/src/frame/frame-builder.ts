import { errors } from "../errors.js";
import { type ColumnBuilder, type ColumnKind, columnBuilder } from "./column-builder.js";
import type { Frame, FrameColumn } from "./frame.js";

/** Number of rows of one column. */
export function columnLength(column: FrameColumn): number {
  return column.kind === "category" ? column.codes.length : column.values.length;
}

/**
 * A frame of columns that exist already.
 *
 * @throws LEARN_FRAME_COLUMN_REPEATED, LEARN_FRAME_LENGTHS_DIFFER
 */
export function frameOf(columns: Iterable<readonly [string, FrameColumn]>, rowCount?: number): Frame {
  const byName = new Map<string, FrameColumn>();
  let expected = rowCount;
  for (const [name, column] of columns) {
    if (byName.has(name)) throw errors.FRAME_COLUMN_REPEATED({ column: name });
    const rows = columnLength(column);
    expected ??= rows;
    if (rows !== expected) throw errors.FRAME_LENGTHS_DIFFER({ column: name, rows, expected });
    byName.set(name, column);
  }
  return { rowCount: expected ?? 0, columns: byName };
}

/** A column in which every row is missing. */
export function missingColumn(kind: ColumnKind, rowCount: number): FrameColumn {
  if (kind === "category") return { kind, codes: new Int32Array(rowCount).fill(-1), levels: [] };
  return { kind, values: new Float64Array(rowCount).fill(Number.NaN) };
}

export interface FrameBuilder {
  /** One builder per column, in the order asked for. Push the same number of values to each. */
  readonly columns: readonly ColumnBuilder[];
  /** @throws LEARN_FRAME_LENGTHS_DIFFER, LEARN_FRAME_COLUMN_REPEATED */
  build(): Frame;
}

/** Builds a frame row by row: push one value (or a missing one) to every column's builder, then `build()`. */
export function frameBuilder(columns: readonly { name: string; kind: ColumnKind }[], capacity?: number): FrameBuilder {
  const builders = columns.map(({ kind }) => columnBuilder(kind, capacity));
  return {
    columns: builders,
    build: () => frameOf(columns.map(({ name }, position) => [name, builders[position].build()] as const)),
  };
}
