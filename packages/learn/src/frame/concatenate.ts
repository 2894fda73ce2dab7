import { errors } from "../errors.js";
import type { CategoryColumn, Frame, FrameColumn } from "./frame.js";
import { columnOf } from "./select.js";

/**
 * The rows of all frames behind each other. Every frame has the columns of the first, of the same kinds, in any order;
 * dictionaries of categories are merged in the order of first appearance.
 *
 * @throws LEARN_FRAME_COLUMNS_DIFFER, LEARN_FRAME_COLUMN_MISSING
 */
export function concatenateFrames(frames: readonly Frame[]): Frame {
  const [first] = frames;
  if (first === undefined) return { rowCount: 0, columns: new Map() };
  if (frames.length === 1) return first;
  for (const frame of frames) {
    for (const name of frame.columns.keys()) columnOf(first, name);
  }
  const rowCount = frames.reduce((sum, frame) => sum + frame.rowCount, 0);
  const columns = new Map<string, FrameColumn>();
  for (const name of first.columns.keys()) {
    const parts = frames.map((frame) => columnOf(frame, name));
    columns.set(name, concatenateColumns(name, parts, rowCount));
  }
  return { rowCount, columns };
}

function concatenateColumns(name: string, parts: readonly FrameColumn[], rowCount: number): FrameColumn {
  const { kind } = parts[0];
  if (kind === "category") return concatenateCategories(name, parts, rowCount);
  const values = new Float64Array(rowCount);
  let start = 0;
  for (const part of parts) {
    if (part.kind !== kind) throw errors.FRAME_COLUMNS_DIFFER({ column: name, kind, other: part.kind });
    values.set(part.values, start);
    start += part.values.length;
  }
  return { kind, values };
}

function concatenateCategories(name: string, parts: readonly FrameColumn[], rowCount: number): CategoryColumn {
  const codes = new Int32Array(rowCount);
  const levels: string[] = [];
  const codeByLevel = new Map<string, number>();
  let start = 0;
  for (const part of parts) {
    if (part.kind !== "category") throw errors.FRAME_COLUMNS_DIFFER({ column: name, kind: "category", other: part.kind });
    const mergedCode = Int32Array.from(part.levels, (level) => {
      const known = codeByLevel.get(level);
      if (known !== undefined) return known;
      codeByLevel.set(level, levels.length);
      return levels.push(level) - 1;
    });
    for (let row = 0; row < part.codes.length; row++) {
      const code = part.codes[row];
      codes[start + row] = code < 0 ? -1 : mergedCode[code];
    }
    start += part.codes.length;
  }
  return { kind: "category", codes, levels };
}
