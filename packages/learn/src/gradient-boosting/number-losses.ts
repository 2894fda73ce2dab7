import { lossCodes, packModes } from "../kernels/layout.js";
import type { WeighedRows } from "../model/check-data.js";
import type { Loss } from "./loss.js";
import { weightedQuantile } from "./weighted-quantile.js";

/** What is minimised for a number. */
export interface NumberLoss {
  readonly loss: "squared" | "absolute" | "huber" | "quantile";
  /** Share of rows that lie below the prediction, for the quantile. */
  readonly quantile: number;
  /** Residual from which Huber's loss grows linearly. */
  readonly huberDelta: number;
}

/**
 * Losses of a number on its fitted scale: squared (raw is the mean), absolute (the median), quantile, and Huber's. All
 * hessians are 1; where the gradient is only a sign, leaves answer the quantile of what their rows still lack.
 *
 * @see Friedman 2001, algorithms 2 to 4
 */
export function numberLoss(options: NumberLoss, target: Float64Array, weighed: WeighedRows, space: "value" | "log1p"): Loss {
  const { loss } = options;
  const share = loss === "quantile" ? options.quantile : 0.5;
  const parameter = loss === "quantile" ? share : options.huberDelta;
  return {
    space,
    outputCount: 1,
    kernel: lossCodes[loss],
    parameter,
    mode: weighed.weights === null ? packModes.unit : packModes.weighted,
    target,
    weights: weighed.weights,
    base: Float64Array.of(loss === "squared" ? weightedMean(target, weighed) : quantileOf(target, weighed, share)),
    renewal: loss === "absolute" || loss === "quantile" ? share : null,
    measure: ([score], values) => {
      let sum = 0;
      for (let row = 0; row < values.length; row++) sum += lossOf(loss, score[row] - values[row], parameter);
      return sum / values.length;
    },
  };
}

function lossOf(loss: NumberLoss["loss"], residual: number, parameter: number): number {
  if (loss === "squared") return residual * residual;
  const size = Math.abs(residual);
  if (loss === "absolute") return size;
  if (loss === "quantile") return residual > 0 ? (1 - parameter) * residual : -parameter * residual;
  return size <= parameter ? 0.5 * residual * residual : parameter * (size - 0.5 * parameter);
}

function quantileOf(target: Float64Array, { rows, weights }: WeighedRows, share: number): number {
  const values = Float64Array.from(rows, (row) => target[row]);
  return weightedQuantile(values, weights === null ? null : Float64Array.from(rows, (row) => weights[row]), share);
}

/** Mean over the rows that count; exact for a constant, so that a constant target leaves no gradient to fit. */
export function weightedMean(target: Float64Array, { rows, weights }: WeighedRows): number {
  const first = target[rows[0]];
  let sum = 0;
  let weightSum = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    const weight = weights === null ? 1 : weights[row];
    sum += weight * (target[row] - first);
    weightSum += weight;
  }
  return first + sum / weightSum;
}
