import { errors } from "./errors.js";

/** What a gate decides. A failed gate is an outcome, not an error. */
export type Verdict = { readonly pass: true; readonly because?: string } | { readonly pass: false; readonly because: string };

/** Test-part metrics of one model version, as a gate function reads them. */
export interface Report<Metric extends string> {
  /** False where the metric could not be measured: no labels, no rows, one class. */
  measured(name: Metric): boolean;
  /** @throws DEFINE_METRIC_NOT_MEASURED when `measured(name)` is false */
  metric(name: Metric): number;
  slices(column: string, name: Metric): readonly { readonly slice: string; readonly value: number; readonly rows: number }[];
}

export type GateRule<Metric extends string> =
  | { readonly gate: "atLeast"; readonly metric: Metric; readonly limit: number }
  | { readonly gate: "atMost"; readonly metric: Metric; readonly limit: number }
  | { readonly gate: "noWorseThanChampion"; readonly metric: Metric; readonly tolerance: number }
  | { readonly gate: "betterThanChampion"; readonly metric: Metric; readonly confidence: number }
  | {
      readonly gate: "inEverySlice";
      readonly metric: Metric;
      readonly column: string;
      readonly bound: "atLeast" | "atMost";
      readonly limit: number;
      readonly minRows: number;
    };

/** A rule as data, or a function of the two reports; the first run has no champion (`null`). */
export type Gate<Metric extends string> =
  | GateRule<Metric>
  | ((challenger: Report<Metric>, champion: Report<Metric> | null) => Verdict);

export type Bound<Metric extends string> = Extract<GateRule<Metric>, { gate: "atLeast" | "atMost" }>;

/** The metric on the test part is at least `limit` (in the metric's own unit). */
export function atLeast<Metric extends string>(metric: Metric, limit: number): Bound<Metric> {
  return { gate: "atLeast", metric, limit };
}

/** The metric on the test part is at most `limit` (in the metric's own unit). */
export function atMost<Metric extends string>(metric: Metric, limit: number): Bound<Metric> {
  return { gate: "atMost", metric, limit };
}

/**
 * The challenger is no worse than the champion on the same frozen holdout, within a relative `tolerance` (0.01 = 1 %). The
 * verdict says the 95 % bootstrap interval of the difference. The first run has no champion: the gate passes and says so.
 */
export function noWorseThanChampion<Metric extends string>(
  metric: Metric,
  options: { tolerance?: number } = {},
): GateRule<Metric> {
  return { gate: "noWorseThanChampion", metric, tolerance: options.tolerance ?? 0 };
}

/**
 * The challenger beats the champion on the same frozen holdout beyond chance: the whole bootstrap interval (paired, 400
 * resamples) of the difference lies on the better side. The first run has no champion: the gate passes and says so.
 *
 * @throws DEFINE_BAD_SHARE
 */
export function betterThanChampion<Metric extends string>(
  metric: Metric,
  options: { readonly confidence?: number } = {},
): GateRule<Metric> {
  const { confidence = 0.95 } = options;
  if (!(confidence > 0 && confidence < 1)) throw errors.BAD_SHARE({ what: "confidence", value: confidence });
  return { gate: "betterThanChampion", metric, confidence };
}

/**
 * The rule holds in every slice of a column that `.evaluate({ slices })` names and that has at least `minRows` (200) rows, so
 * that a good mean hides no bad place.
 */
export function inEverySlice<Metric extends string>(
  column: string,
  rule: Bound<Metric>,
  options: { readonly minRows?: number } = {},
): GateRule<Metric> {
  const { gate, metric, limit } = rule;
  return { gate: "inEverySlice", metric, column, bound: gate, limit, minRows: options.minRows ?? 200 };
}
