import type { ReferenceSketch } from "../bundle/bundle.js";
import { asLevels } from "../frame/as-levels.js";
import type { FrameColumn } from "../frame/frame.js";
import { LevelCounts } from "../frame/level-counts.js";
import { presentValues } from "../frame/present-values.js";

/** Steps between the quantiles of a number sketch: 1/100 each. */
export const QUANTILE_STEPS = 100;
/** Levels that a category sketch names; the rest is counted together. */
const MOST_LEVELS = 200;

/**
 * Distribution of a column: exact quantiles (linear between values) of numbers and times, counts of the most frequent
 * levels of categories and booleans. Cost: O(rows · log rows).
 */
export function sketchColumn(name: string, column: FrameColumn): ReferenceSketch {
  if (column.kind === "number" || column.kind === "time") return sketchNumbers(name, column.values);
  const counts = new LevelCounts();
  counts.add(asLevels(column));
  return sketchLevels(name, counts);
}

/** As `sketchColumn`, of levels that were counted part by part. */
export function sketchLevels(name: string, counts: LevelCounts): ReferenceSketch {
  const { rows, missing } = counts;
  const levels = counts.byFrequency().slice(0, MOST_LEVELS);
  const named = levels.reduce((sum, level) => sum + level.rows, 0);
  return { kind: "category", name, rows, missing, levels, other: rows - missing - named };
}

function sketchNumbers(name: string, values: Float64Array): ReferenceSketch {
  const sorted = presentValues(values).sort();
  const quantiles = sorted.length === 0 ? [] : Array.from({ length: QUANTILE_STEPS + 1 }, (_, step) => quantile(sorted, step));
  return { kind: "number", name, rows: values.length, missing: values.length - sorted.length, quantiles };
}

function quantile(sorted: Float64Array, step: number): number {
  const place = (step * (sorted.length - 1)) / QUANTILE_STEPS;
  const below = Math.floor(place);
  const share = place - below;
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  // Halves first where the difference overflows. Rounding never leaves the two values, so quantiles ascend.
  const between = Number.isFinite(high - low) ? low + share * (high - low) : 2 * (low / 2 + share * (high / 2 - low / 2));
  return Math.min(high, Math.max(low, between));
}
