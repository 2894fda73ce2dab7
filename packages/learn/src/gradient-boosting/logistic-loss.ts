import { exp, sigmoid } from "../arithmetic/exponential.js";
import { log, log1p } from "../arithmetic/logarithm.js";
import type { WeighedRows } from "../model/check-data.js";
import type { Loss } from "./loss.js";

/** Log-loss of two classes; raw is the log-odds of the second. */
export function logisticLoss(codes: Int32Array, weighed: WeighedRows, weightByClass: Float64Array): Loss {
  const { weights } = weighed;
  return {
    space: "logOdds",
    outputCount: 1,
    isUnit: false,
    base: Float64Array.of(log(weightByClass[1] / weightByClass[0])),
    startRound: () => {},
    gradients: ([score], _output, gradient, hessian) => {
      for (let row = 0; row < codes.length; row++) {
        const weight = weights === null ? 1 : weights[row];
        const probability = sigmoid(score[row]);
        gradient[row] = weight * (probability - codes[row]);
        hessian[row] = weight * probability * (1 - probability);
      }
    },
    measure: ([score], target) => {
      let sum = 0;
      // log(1 + e^-m) of the margin m, written so that it neither overflows nor loses small values.
      for (let row = 0; row < target.length; row++) {
        const margin = target[row] === 1 ? score[row] : -score[row];
        sum += margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin;
      }
      return sum / target.length;
    },
  };
}
