export type MetricType = "counter" | "gauge" | "histogram";

/**
 * Which processes tell a metric. `process`: all of them. `serving`: those that answer predictions (`atalaya serve`, `atalaya up`).
 * `facts`: those that read what all processes left in PostgreSQL (`atalaya up`). `worker`: those that carry runs out.
 * `store`: those that stand on PostgreSQL and the object store.
 */
export type MetricRole = "process" | "serving" | "facts" | "worker" | "store";

/** One row of the catalogue. */
export interface MetricDefinition {
  readonly type: MetricType;
  /** Their values come from closed sets: route patterns, pipelines, versions, codes. Never text of a caller. */
  readonly labels: readonly string[];
  /** What one of it is. */
  readonly unit: string;
  readonly role: MetricRole;
  readonly help: string;
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly bounds?: readonly number[];
}

/** Seconds; the fast end is where a prediction lies. */
export const LATENCY_BOUNDS = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 10,
] as const;

/** Seconds of a step: from a look at a source to a night of training. */
export const STEP_BOUNDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 7_200] as const;

/** Of any unit: probabilities and scores at one end, prices at the other. */
export const VALUE_BOUNDS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7,
] as const;

/** Dollars, about as homes are priced. */
export const PRICE_BOUNDS = [5e4, 1e5, 1.5e5, 2e5, 2.5e5, 3e5, 4e5, 5e5, 6e5, 7.5e5, 1e6, 1.5e6, 2e6, 3e6, 5e6, 1e7] as const;
