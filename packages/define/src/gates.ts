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
  | { readonly gate: "noWorseThanChampion"; readonly metric: Metric; readonly tolerance: number };

/** A rule as data, or a function of the two reports; the first run has no champion (`null`). */
export type Gate<Metric extends string> =
  | GateRule<Metric>
  | ((challenger: Report<Metric>, champion: Report<Metric> | null) => Verdict);

/** The metric on the test part is at least `limit` (in the metric's own unit). */
export function atLeast<Metric extends string>(metric: Metric, limit: number): GateRule<Metric> {
  return { gate: "atLeast", metric, limit };
}

/** The metric on the test part is at most `limit` (in the metric's own unit). */
export function atMost<Metric extends string>(metric: Metric, limit: number): GateRule<Metric> {
  return { gate: "atMost", metric, limit };
}

/**
 * The challenger is no worse than the champion on the same holdout, within a relative `tolerance` (0.01 = 1 %).
 * The first run has no champion: the gate passes and says so.
 */
export function noWorseThanChampion<Metric extends string>(
  metric: Metric,
  options: { tolerance?: number } = {},
): GateRule<Metric> {
  return { gate: "noWorseThanChampion", metric, tolerance: options.tolerance ?? 0 };
}
