/** A metric's value on the evaluated rows, or why there is none. */
export type Measured =
  | { readonly value: number; readonly low?: number; readonly high?: number }
  | { readonly notMeasured: string };

/** The parts of an evaluation report that the page shows; anything else is left to the download. */
export interface Report {
  readonly evaluatedOn: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly slices: readonly {
    readonly column: string;
    readonly slice: string;
    readonly rows: number;
    readonly metrics: Readonly<Record<string, Measured>>;
  }[];
  readonly explanation: {
    readonly rows: number;
    readonly space: string;
    readonly importance: readonly { readonly feature: string; readonly meanAbsoluteEffect: number }[];
  } | null;
  /** Absent in reports of older releases. */
  readonly calibration?: readonly CalibrationCurve[];
  readonly notes: readonly string[];
}

/** Predicted against observed, in bins of equally many rows. */
export interface CalibrationCurve {
  /** Class whose probability it is; null: predicted values. */
  readonly class: string | null;
  readonly bins: readonly { readonly rows: number; readonly predicted: number; readonly observed: number }[];
}

/** null: there is none, or it is of a form that the page does not know. */
export function readReport(value: unknown): Report | null {
  if (typeof value !== "object" || value === null || !("metrics" in value) || !("slices" in value)) return null;
  return value as Report;
}

export function measuredValue(measured: Measured | undefined): number | null {
  return measured !== undefined && "value" in measured ? measured.value : null;
}

/** Metrics that are better when they are smaller. */
const LESS_IS_BETTER = new Set(["rmse", "mae", "mape", "medianAbsoluteError", "logLoss", "brier", "alertRate"]);

export function isBetter(metric: string, one: number, other: number): boolean {
  return LESS_IS_BETTER.has(metric) ? one < other : one > other;
}

export const lessIsBetter = (metric: string): boolean => LESS_IS_BETTER.has(metric);
