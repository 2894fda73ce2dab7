import type { FeatureMatrix } from "../features/feature-plan.js";

const CATEGORIES: readonly (number | null)[] = [null, null, null, null, null, 3, 40, 400];
const MISSING_BELOW = 2 ** 32 / 10;

/** A well-mixed 32-bit number for each whole number (lowbias32). */
function scrambled(index: number): number {
  let value = index >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The rows of `goldens/rows.py`, value for value. */
export function goldenRows(rowCount: number): FeatureMatrix {
  const columns = CATEGORIES.map((categories, column) =>
    Float64Array.from({ length: rowCount }, (_, row) => {
      const cell = row * CATEGORIES.length + column;
      if (scrambled(2 * cell + 1) < MISSING_BELOW) return Number.NaN;
      const unit = scrambled(2 * cell) / 2 ** 32;
      if (categories !== null) return Math.floor(unit * unit * categories);
      if (column === 4) return Math.floor(unit * 10) - 3;
      return column === 3 ? (unit * 4 - 2) * 1e6 : unit * 4 - 2;
    }),
  );
  return { rowCount, columns, names: columns.map((_, column) => `f${column}`) };
}
