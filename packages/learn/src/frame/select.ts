import { errors } from "../errors.js";
import type { CategoryColumn, Frame, FrameColumn } from "./frame.js";
import { frameOf } from "./frame-builder.js";

/**
 * The rows at these positions, in this order; a position may come twice. Dictionaries of categories are shared with the
 * frame they come from, so some levels may have no row.
 */
export function selectRows(frame: Frame, rows: Uint32Array | readonly number[]): Frame {
  const columns = new Map<string, FrameColumn>();
  for (const [name, column] of frame.columns) columns.set(name, selectColumnRows(column, rows));
  return { rowCount: rows.length, columns };
}

/** As `selectRows`, for one column. */
export function selectColumnRows(column: FrameColumn, rows: Uint32Array | readonly number[]): FrameColumn {
  if (column.kind === "category") {
    const codes = new Int32Array(rows.length);
    for (let position = 0; position < rows.length; position++) codes[position] = column.codes[rows[position]];
    return { kind: "category", codes, levels: column.levels };
  }
  const values = new Float64Array(rows.length);
  for (let position = 0; position < rows.length; position++) values[position] = column.values[rows[position]];
  return { kind: column.kind, values };
}

/** @throws LEARN_FRAME_COLUMN_MISSING */
export function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.columns.get(name);
  if (column === undefined) throw errors.FRAME_COLUMN_MISSING({ column: name, columns: [...frame.columns.keys()] });
  return column;
}

/**
 * The named columns, in this order.
 *
 * @throws LEARN_FRAME_COLUMN_MISSING
 */
export function selectColumns(frame: Frame, names: readonly string[]): Frame {
  return frameOf(
    names.map((name) => [name, columnOf(frame, name)] as const),
    frame.rowCount,
  );
}

/** The frame without the named columns; a name that it does not have is ignored. */
export function dropColumns(frame: Frame, names: readonly string[]): Frame {
  const dropped = new Set(names);
  return { rowCount: frame.rowCount, columns: new Map([...frame.columns].filter(([name]) => !dropped.has(name))) };
}

/**
 * The frame with these columns added, or put in the place of those with the same name.
 *
 * @throws LEARN_FRAME_LENGTHS_DIFFER
 */
export function withColumns(frame: Frame, additions: Iterable<readonly [string, FrameColumn]>): Frame {
  return frameOf(new Map([...frame.columns, ...additions]), frame.rowCount);
}

/**
 * The frame with columns renamed: `newNameByOldName`. Order stays.
 *
 * @throws LEARN_FRAME_COLUMN_MISSING, LEARN_FRAME_COLUMN_REPEATED
 */
export function renameColumns(frame: Frame, newNameByOldName: ReadonlyMap<string, string>): Frame {
  for (const name of newNameByOldName.keys()) columnOf(frame, name);
  const renamed = [...frame.columns].map(([name, column]) => [newNameByOldName.get(name) ?? name, column] as const);
  return frameOf(renamed, frame.rowCount);
}

/** The column with only those levels in its dictionary that have a row, in the order of their first row. */
export function compactLevels(column: CategoryColumn): CategoryColumn {
  const newCode = new Int32Array(column.levels.length).fill(-1);
  const codes = new Int32Array(column.codes.length);
  const levels: string[] = [];
  for (let row = 0; row < codes.length; row++) {
    const code = column.codes[row];
    if (code >= 0 && newCode[code] < 0) {
      newCode[code] = levels.length;
      levels.push(column.levels[code]);
    }
    codes[row] = code < 0 ? -1 : newCode[code];
  }
  return { kind: "category", codes, levels };
}
