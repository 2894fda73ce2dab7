import { exp } from "../arithmetic/exponential.js";
import { log, log1p } from "../arithmetic/logarithm.js";
import { lossCodes, packModes } from "../kernels/layout.js";
import type { WeighedRows } from "../model/check-data.js";
import type { Loss } from "./loss.js";

/** Log-loss of two classes; raw is the log-odds of the second. */
export function logisticLoss(codes: Int32Array, weighed: WeighedRows, weightByClass: Float64Array): Loss {
  return {
    space: "logOdds",
    outputCount: 1,
    kernel: lossCodes.logistic,
    parameter: 1,
    mode: packModes.probability,
    target: Float64Array.from(codes),
    weights: weighed.weights,
    base: Float64Array.of(log(weightByClass[1] / weightByClass[0])),
    renewal: null,
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

/**
 * Log-loss of three and more classes: one raw score per class, probabilities by softmax.
 *
 * The hessian p(1 − p) is scaled by K / (K − 1): scores that move together change nothing, so each class may move by
 * that much less (Friedman 2001, algorithm 6; LightGBM does the same).
 */
export function softmaxLoss(codes: Int32Array, weighed: WeighedRows, weightByClass: Float64Array): Loss {
  const { rows, weights } = weighed;
  const classCount = weightByClass.length;
  let weightSum = 0;
  for (const weight of weightByClass) weightSum += weight;
  // A class without a row gets half a row's share: its logarithm has to be finite.
  const least = weightSum / rows.length / 2;
  return {
    space: "softmax",
    outputCount: classCount,
    kernel: lossCodes.softmax,
    parameter: classCount / (classCount - 1),
    mode: packModes.probability,
    target: Float64Array.from(codes),
    weights,
    base: weightByClass.map((weight) => log(Math.max(weight, least) / weightSum)),
    renewal: null,
    measure: (scores, target) => {
      let sum = 0;
      for (let row = 0; row < target.length; row++) sum += logSumOfExponentials(scores, row) - scores[target[row]][row];
      return sum / target.length;
    },
  };
}

function logSumOfExponentials(scores: readonly Float64Array<ArrayBufferLike>[], row: number): number {
  let highest = scores[0][row];
  for (const score of scores) highest = Math.max(highest, score[row]);
  let sum = 0;
  for (const score of scores) sum += exp(score[row] - highest);
  return highest + log(sum);
}
