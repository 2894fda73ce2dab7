import type { WeighedRows } from "../model/check-data.js";
import type { Loss } from "./loss.js";

/** (raw − target)² / 2: raw is the conditional mean on the fitted scale. */
export function squaredLoss(target: Float64Array, weighed: WeighedRows, space: "value" | "log1p"): Loss {
  const { weights } = weighed;
  return {
    space,
    outputCount: 1,
    isUnit: weights === null,
    base: Float64Array.of(weightedMean(target, weighed)),
    startRound: () => {},
    gradients: ([score], _output, gradient, hessian) => {
      for (let row = 0; row < target.length; row++) gradient[row] = score[row] - target[row];
      if (weights === null) return;
      for (let row = 0; row < target.length; row++) {
        gradient[row] *= weights[row];
        hessian[row] = weights[row];
      }
    },
    measure: ([score], values) => {
      let sum = 0;
      for (let row = 0; row < values.length; row++) {
        const error = score[row] - values[row];
        sum += error * error;
      }
      return sum / values.length;
    },
  };
}

/** Mean over the rows that count; exact for a constant, so that a constant target leaves no gradient to fit. */
export function weightedMean(target: Float64Array, { rows, weights }: WeighedRows): number {
  const first = target[rows[0]];
  let sum = 0;
  let weightSum = 0;
  for (const row of rows) {
    const weight = weights === null ? 1 : weights[row];
    sum += weight * (target[row] - first);
    weightSum += weight;
  }
  return first + sum / weightSum;
}
