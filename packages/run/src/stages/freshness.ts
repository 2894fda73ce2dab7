import type { ColumnSchema, Frame } from "@atalaya/learn";

/** How old the rows of a batch are, when its contract asks. */
export interface Freshness {
  /** Why the batch is not fresh; null: it is, or nobody asked. */
  readonly stale: string | null;
  /** What people should know; null: nothing. */
  readonly note: string | null;
}

/** Clocks of two machines may differ by this without being worth a word. */
const USUAL_SKEW_MS = 300_000;
const FRESH: Freshness = { stale: null, note: null };

/**
 * Compares the newest moment in the time columns of a batch's accepted rows with when the batch came. A batch without any
 * moment cannot be told to be fresh.
 *
 * @param rows      the accepted rows, or one that has the newest moment of each time column
 * @param withinMs  how old the newest row may be; null: any age
 */
export function judgeFreshness(
  rows: Frame,
  columns: readonly ColumnSchema[],
  withinMs: number | null,
  receivedAt: Date,
): Freshness {
  if (withinMs === null || rows.rowCount === 0) return FRESH;
  const times = columns.flatMap(({ name, type }) => (type === "time" ? [name] : []));
  const newest = times.reduce((latest, name) => Math.max(latest, newestOf(rows, name)), Number.NEGATIVE_INFINITY);
  if (newest === Number.NEGATIVE_INFINITY) return { stale: `not fresh: no row has a time in ${times.join(" or ")}`, note: null };
  const age = receivedAt.getTime() - newest;
  const at = new Date(newest).toISOString();
  if (age > withinMs) {
    return { stale: `not fresh: its newest row is ${sayAge(age)} old (${at}), more than ${sayAge(withinMs)}`, note: null };
  }
  if (age >= -USUAL_SKEW_MS) return FRESH;
  return {
    stale: null,
    note: `its newest row lies ${sayAge(-age)} in the future (${at}): is the clock of the source, or ours, wrong?`,
  };
}

function newestOf({ columns }: Frame, name: string): number {
  const column = columns.get(name);
  let newest = Number.NEGATIVE_INFINITY;
  if (column === undefined || column.kind === "category") return newest;
  for (const value of column.values) if (value > newest) newest = value;
  return newest;
}

const UNITS: readonly (readonly [milliseconds: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

/** In the largest unit of which there are two: `26 h`, `3 d`. */
function sayAge(milliseconds: number): string {
  const [size, unit] = UNITS.find(([each]) => milliseconds >= 2 * each) ?? [1_000, "s"];
  return `${Math.round(milliseconds / size).toLocaleString("en-US")} ${unit}`;
}
