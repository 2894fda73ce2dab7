import type { CategoryColumn, FrameColumn } from "./frame.js";

/**
 * The column as levels: a category as it is, any other value as its text (`3`, `true`), so that encoders of levels also
 * serve a postcode or a port that was declared as a number.
 */
export function asLevels(column: FrameColumn): CategoryColumn {
  if (column.kind === "category") return column;
  const codes = new Int32Array(column.values.length);
  const levels: string[] = [];
  const codeByValue = new Map<number, number>();
  for (let row = 0; row < codes.length; row++) {
    const value = column.values[row];
    if (Number.isNaN(value)) {
      codes[row] = -1;
      continue;
    }
    let code = codeByValue.get(value);
    if (code === undefined) {
      code = levels.push(column.kind === "boolean" ? String(value !== 0) : String(value)) - 1;
      codeByValue.set(value, code);
    }
    codes[row] = code;
  }
  return { kind: "category", codes, levels };
}

/** Rows by level, in the order of the dictionary. */
export function countLevels(column: CategoryColumn): Float64Array {
  const counts = new Float64Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code]++;
  return counts;
}
