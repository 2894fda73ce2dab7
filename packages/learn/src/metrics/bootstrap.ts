import { createRandom } from "../random/random.js";
import type { MetricName } from "./catalogue.js";
import { type Evidence, evidenceRows, selectEvidence } from "./evidence.js";
import { type Measurement, measure } from "./measure.js";

/** A metric's value with the interval that resampling the rows gives it, or why there is none. */
export type MeasuredInterval =
  | { readonly value: number; readonly low: number; readonly high: number }
  | { readonly notMeasured: string };

export interface BootstrapOptions {
  /** Share of the resamples that lie within (0–1). Default 0.95. */
  readonly coverage?: number;
  /** Default 200. */
  readonly resamples?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * The named metrics with percentile intervals: rows are drawn with repetition, as many as there are, and measured again.
 * Resamples without a value (a rare class that was not drawn) are left out; with more than half of them there is no
 * interval. Rows that belong together (of one patient) make it too narrow.
 *
 * Cost: `resamples` times that of `measure`.
 *
 * @throws as `measure`
 * @see Efron, Tibshirani 1993, An introduction to the bootstrap, chapter 13
 */
export function bootstrapIntervals(
  names: readonly string[],
  evidence: Evidence,
  { coverage = 0.95, resamples = 200, seed = 0 }: BootstrapOptions = {},
): { readonly [Name in MetricName]?: MeasuredInterval } {
  const measured = measure(names, evidence);
  const rows = evidenceRows(evidence);
  const drawn = Array.from({ length: rows === 0 ? 0 : resamples }, (_, resample) => {
    const random = createRandom(seed).fork(resample);
    return measure(
      names,
      selectEvidence(
        evidence,
        Uint32Array.from({ length: rows }, () => random.integer(rows)),
      ),
    );
  });
  const entries = (Object.entries(measured) as [MetricName, Measurement][]).map(([name, measurement]) => {
    if ("notMeasured" in measurement) return [name, measurement] as const;
    const values = drawn.flatMap((one) => valuesOf(one[name])).sort((a, b) => a - b);
    if (values.length * 2 < resamples) return [name, { notMeasured: "most resamples have no value" }] as const;
    const edge = (1 - coverage) / 2;
    return [name, { value: measurement.value, low: quantile(values, edge), high: quantile(values, 1 - edge) }] as const;
  });
  return Object.fromEntries(entries);
}

function valuesOf(measurement: Measurement | undefined): number[] {
  return measurement !== undefined && "value" in measurement ? [measurement.value] : [];
}

/** Linear between the two nearest values. */
function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}
