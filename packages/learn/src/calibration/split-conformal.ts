import { errors } from "../errors.js";
import type { PredictionInterval } from "../model/model.js";
import { sortedValues } from "../order/ascending-order.js";

/**
 * Interval around predictions that holds the truth of a new row with a chance of at least `coverage`, if it comes from
 * where these rows come from: nothing else is assumed. Each side is exceeded alike.
 *
 * @param truth  of rows that the model was not fitted on, on the answer's scale as `predicted`
 * @throws LEARN_CALIBRATION_UNFIT with too few rows for the coverage: 2 / (1 − coverage) − 1 are needed
 * @see Lei, G'Sell, Rinaldo, Tibshirani, Wasserman 2018 (split conformal)
 */
export function splitConformal(truth: Float64Array, predicted: Float64Array, coverage: number): PredictionInterval {
  if (!(coverage > 0 && coverage < 1)) {
    throw errors.CALIBRATION_UNFIT({ problem: `a coverage lies between 0 and 1, not at ${coverage}` });
  }
  const rows = truth.length;
  const side = (1 - coverage) / 2;
  // Rounding must not ask for one row more than exact arithmetic would.
  const rank = Math.floor((rows + 1) * side + 1e-9);
  if (rank < 1) {
    const problem = `an interval of coverage ${coverage} needs ${Math.ceil(1 / side - 1e-9) - 1} rows, and there are ${rows}`;
    throw errors.CALIBRATION_UNFIT({ problem });
  }
  const sorted = sortedValues(truth.map((value, row) => value - predicted[row]));
  return { coverage, below: sorted[rank - 1], above: sorted[rows - rank] };
}
