import type { Table } from "./table.js";

/**
 * Keeps the rows whose value lies between two quantiles (0–1, linear interpolation) of the rows given; for
 * `.trainOnly`, so that the limits are read off the training part alone. O(n log n).
 */
export function quantileRange<Name extends string>(
  column: Name,
  low: number,
  high: number,
): <Row extends Readonly<Record<Name, number | null>>>(table: Table<Row>) => Table<Row> {
  return (table) => {
    const values: number[] = [];
    for (const row of table) {
      const value: number | null = row[column];
      if (value !== null) values.push(value);
    }
    if (values.length === 0) return table;
    const sorted = Float64Array.from(values).sort();
    const least = quantile(sorted, low);
    const most = quantile(sorted, high);
    return table.filter((row) => {
      const value: number | null = row[column];
      return value !== null && value >= least && value <= most;
    });
  };
}

function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const lower = sorted[below]!;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return lower + (position - below) * (upper - lower);
}
