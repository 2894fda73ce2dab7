import type { Report } from "@atalaya/define";
import { defineErrors } from "@atalaya/define";
import type { CalibrationReport } from "./calibration.js";

/** A metric's value on the evaluated rows with its 95 % interval where one was computed, or why there is no value. */
export type Measurement =
  | { readonly value: number; readonly low?: number; readonly high?: number }
  | { readonly notMeasured: string };

export interface SliceMeasurement {
  readonly column: string;
  readonly slice: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Measurement>>;
}

/** How one model did on one set of rows: an immutable object of the zone `eval`. */
export interface EvaluationReport {
  readonly pipeline: string;
  /** SHA-256 of the bundle. */
  readonly model: string;
  /** SHA-256 of the dataset's manifest. */
  readonly dataset: string;
  /** `test`: the held-out part; `replay`: labelled rows of another source. */
  readonly evaluatedOn: "test" | "replay";
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Measurement>>;
  readonly slices: readonly SliceMeasurement[];
  readonly explanation: ExplanationSummary | null;
  /** Predicted against observed; absent in reports that older releases wrote. */
  readonly calibration?: readonly CalibrationReport[];
  /** Simple models on the same rows; absent where none were fitted (the champion's report, anomalies). */
  readonly baselines?: readonly BaselineMeasurement[];
  /** What a reader should know: that there are no labels, for instance. */
  readonly notes: readonly string[];
}

export interface BaselineMeasurement {
  readonly learner: "dummy" | "linear";
  readonly metrics: Readonly<Record<string, Measurement>>;
}

export interface ExplanationSummary {
  readonly rows: number;
  /** Space of the effects. */
  readonly space: string;
  /** Largest |base + sum of effects − output| relative to max(1, |output|). */
  readonly largestGap: number;
  /** Mean absolute effect of each feature, the largest first. */
  readonly importance: readonly { readonly feature: string; readonly meanAbsoluteEffect: number }[];
}

/** The report as a gate function reads it. */
export function reportView(report: EvaluationReport): Report<string> {
  const measuredValue = (measurement: Measurement | undefined): number | null =>
    measurement !== undefined && "value" in measurement ? measurement.value : null;
  return {
    measured: (name) => measuredValue(report.metrics[name]) !== null,
    metric: (name) => {
      const measurement = report.metrics[name];
      const value = measuredValue(measurement);
      if (value !== null) return value;
      const because =
        measurement !== undefined && "notMeasured" in measurement ? measurement.notMeasured : "the pipeline does not evaluate it";
      throw defineErrors.METRIC_NOT_MEASURED({ metric: name, because });
    },
    slices: (column, name) =>
      report.slices.flatMap((slice) => {
        const value = slice.column === column ? measuredValue(slice.metrics[name]) : null;
        return value === null ? [] : [{ slice: slice.slice, value, rows: slice.rows }];
      }),
  };
}
