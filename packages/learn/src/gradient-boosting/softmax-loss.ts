import { exp } from "../arithmetic/exponential.js";
import { log } from "../arithmetic/logarithm.js";
import type { WeighedRows } from "../model/check-data.js";
import type { Loss } from "./loss.js";

/**
 * Log-loss of three and more classes: one raw score per class, probabilities by softmax.
 *
 * The hessian p(1 − p) is scaled by K / (K − 1): scores that move together change nothing, so each class may move by
 * that much less (Friedman 2001, algorithm 6; LightGBM does the same).
 */
export function softmaxLoss(codes: Int32Array, weighed: WeighedRows, weightByClass: Float64Array): Loss {
  const { weights, rows } = weighed;
  const classCount = weightByClass.length;
  const factor = classCount / (classCount - 1);
  const highest = new Float64Array(codes.length);
  const logSum = new Float64Array(codes.length);
  let weightSum = 0;
  for (const weight of weightByClass) weightSum += weight;
  // A class without a row gets half a row's share: its logarithm has to be finite.
  const least = weightSum / rows.length / 2;
  return {
    space: "softmax",
    outputCount: classCount,
    isUnit: false,
    base: weightByClass.map((weight) => log(Math.max(weight, least) / weightSum)),
    // Scores of one class change while the round goes on; probabilities are those at its start.
    startRound: (scores) => normalisers(scores, highest, logSum),
    gradients: (scores, output, gradient, hessian) => {
      const score = scores[output];
      for (let row = 0; row < codes.length; row++) {
        const weight = weights === null ? 1 : weights[row];
        const probability = exp(score[row] - highest[row] - logSum[row]);
        gradient[row] = weight * (codes[row] === output ? probability - 1 : probability);
        hessian[row] = weight * factor * probability * (1 - probability);
      }
    },
    measure: (scores, target) => {
      const rowCount = target.length;
      const top = new Float64Array(rowCount);
      const sums = new Float64Array(rowCount);
      normalisers(scores, top, sums);
      let sum = 0;
      for (let row = 0; row < rowCount; row++) sum += top[row] + sums[row] - scores[target[row]][row];
      return sum / rowCount;
    },
  };
}

/** By row: the highest score, and the logarithm of Σ exp(score − highest). */
function normalisers(scores: readonly Float64Array[], highest: Float64Array, logSum: Float64Array): void {
  highest.set(scores[0]);
  for (const score of scores) for (let row = 0; row < highest.length; row++) highest[row] = Math.max(highest[row], score[row]);
  logSum.fill(0);
  for (const score of scores) for (let row = 0; row < highest.length; row++) logSum[row] += exp(score[row] - highest[row]);
  for (let row = 0; row < highest.length; row++) logSum[row] = log(logSum[row]);
}
