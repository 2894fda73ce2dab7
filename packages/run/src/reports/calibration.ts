import { type CalibrationBin, calibrationCurve, type Evidence } from "@atalaya/learn";

/** Predicted against observed on the evaluated rows, in bins of equally many rows. */
export interface CalibrationReport {
  /** Class whose probability it is; null: predicted values against true ones. */
  readonly class: string | null;
  readonly bins: readonly CalibrationBin[];
}

const BINS = 10;
const MOST_CLASSES = 6;

/** Of two classes the second, of more each, of values the values; nothing without truth. */
export function calibrationOf(evidence: Evidence): CalibrationReport[] {
  if (evidence.task === "regression") {
    return evidence.truth.length === 0 ? [] : [{ class: null, bins: valueBins(evidence.predicted, evidence.truth) }];
  }
  if (evidence.task !== "classification" || evidence.truth.length === 0) return [];
  const { classes, probability, truth } = evidence;
  const first = classes.length === 2 ? 1 : 0;
  return classes.slice(first, first + MOST_CLASSES).map((name, at) => {
    const position = first + at;
    const isPositive = Uint8Array.from(truth, (code) => Number(code === position));
    return { class: name, bins: calibrationCurve(probability[position]!, isPositive, { bins: BINS, strategy: "quantile" }) };
  });
}

/** Mean prediction and mean truth of tenths of the rows, by their prediction. */
function valueBins(predicted: Float64Array, truth: Float64Array): CalibrationBin[] {
  const order = Uint32Array.from(predicted, (_, row) => row).sort((one, other) => predicted[one]! - predicted[other]!);
  const bins = Math.min(BINS, order.length);
  return Array.from({ length: bins }, (_, bin) => {
    const rows = order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    const mean = (of: Float64Array): number => rows.reduce((sum, row) => sum + of[row]!, 0) / rows.length;
    return { rows: rows.length, predicted: mean(predicted), observed: mean(truth) };
  });
}
