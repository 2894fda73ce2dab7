import type { Target } from "@atalaya/learn";
import { type RowStream, sampledRows } from "../rows/row-stream.js";
import { selectTarget } from "./target.js";

/**
 * Numbers of a matrix that is held in memory, 8 bytes each: a million rows of 12 features. Gradient boosting and random forests
 * learn from bytes and take every row. What needs the numbers themselves (isolation forests, linear models, the trials of a
 * tuning, which share one matrix) takes a sample of longer tables, evenly spread and the same at every time.
 */
const MOST_CELLS = 12_000_000;
/** Wide tables are not thinned out to less. */
const LEAST_ROWS = 100_000;

/** Rows of so many features that are held as numbers at most. */
export function mostRowsInMemory(features: number): number {
  return Math.max(LEAST_ROWS, Math.floor(MOST_CELLS / Math.max(1, features)));
}

/** Rows, and what is to be predicted of each; null for anomalies. */
export interface LabelledRows {
  readonly rows: RowStream;
  readonly target: Target | null;
}

/** The rows themselves, or as many of them as are held as numbers. */
export function rowsInMemory({ rows, target }: LabelledRows, features: number): LabelledRows {
  const positions = sampledRows(rows.rowCount, mostRowsInMemory(features));
  if (positions === null) return { rows, target };
  return { rows: rows.at(positions), target: target && selectTarget(target, positions) };
}

/** For reports: that something saw a sample; null: it saw every row. */
export function sampleNote(what: string, rows: number, of: number): string | null {
  if (rows >= of) return null;
  const [some, all] = [rows, of].map((count) => count.toLocaleString("en-US"));
  return `${what} ${some} of ${all} rows, evenly spread: the others would not fit into memory as numbers`;
}
