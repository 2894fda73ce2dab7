import { ascendingOrder } from "../order/ascending-order.js";

/** Rows whose predicted probabilities lie together. */
export interface CalibrationBin {
  readonly rows: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of the rows that are positive: equal to `predicted` where probabilities are honest. */
  readonly observed: number;
}

/**
 * The reliability of probabilities, bin by bin, empty bins left out: bins of equal width (`uniform`), or between quantiles
 * of the probabilities (`quantile`), as scikit-learn's `calibration_curve`.
 *
 * @param probability  of the positive class, in [0, 1]
 * @see goldens/metrics-weighted (scikit-learn)
 */
export function calibrationCurve(
  probability: Float64Array,
  isPositive: Uint8Array,
  { bins = 10, strategy = "uniform" }: { readonly bins?: number; readonly strategy?: "uniform" | "quantile" } = {},
): CalibrationBin[] {
  const edges = strategy === "uniform" ? uniformEdges(bins) : quantileEdges(probability, bins);
  const rows = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const positives = new Float64Array(bins);
  for (let row = 0; row < probability.length; row++) {
    let bin = 0;
    while (bin < bins - 1 && probability[row] > edges[bin]) bin++;
    rows[bin]++;
    predicted[bin] += probability[row];
    positives[bin] += isPositive[row];
  }
  return Array.from(rows, (count, bin) => ({
    rows: count,
    predicted: predicted[bin] / count,
    observed: positives[bin] / count,
  })).filter((bin) => bin.rows > 0);
}

/** Inner edges; a probability on an edge belongs below it. */
function uniformEdges(bins: number): number[] {
  return Array.from({ length: bins - 1 }, (_, edge) => (edge + 1) / bins);
}

function quantileEdges(probability: Float64Array, bins: number): number[] {
  const order = ascendingOrder(probability);
  const at = (place: number) => probability[order[Math.min(place, order.length - 1)]];
  return Array.from({ length: bins - 1 }, (_, edge) => {
    if (order.length === 0) return 0;
    const place = ((edge + 1) / bins) * (order.length - 1);
    const below = Math.floor(place);
    return at(below) + (place - below) * (at(below + 1) - at(below));
  });
}
