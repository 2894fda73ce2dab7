import { exp, sigmoid } from "../arithmetic/exponential.js";
import { log, log1p } from "../arithmetic/logarithm.js";
import { minimise } from "./minimise.js";
import type { Standardised } from "./standardised.js";

const STEPS = 500;
const TOLERANCE = 1e-8;

/** Weights of the standardised columns, [output][column], and the intercept of each output. */
export interface LogisticWeights {
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}

/**
 * Logistic regression: Σ weight · log-loss + l2 / 2 · |weights|² is least; intercepts are not shrunk. Two classes have one
 * output (log-odds of the second), more have one each (softmax).
 *
 * Cost: O(rows · columns · outputs) a step, some tens of steps.
 *
 * @param codes  class by row of `data`
 */
export function logisticWeights(data: Standardised, codes: Int32Array, start: Float64Array, l2: number): LogisticWeights {
  const outputs = start.length;
  const count = data.columns.length;
  const point = new Float64Array(outputs * (count + 1));
  start.forEach((intercept, output) => {
    point[output * (count + 1) + count] = intercept;
  });
  const loss = outputs === 1 ? twoClassLoss(data, codes) : softmaxLoss(data, codes, outputs);
  const found = minimise(
    (at, gradient) => {
      const scores = scoresOf(data, at, outputs);
      let value = loss(scores);
      // `loss` left its derivative by row in `scores`.
      for (let output = 0; output < outputs; output++) {
        const first = output * (count + 1);
        gradient[first + count] = sumOf(scores[output]) / data.weightSum;
        for (let column = 0; column < count; column++) {
          const weight = at[first + column];
          gradient[first + column] = (dot(scores[output], data.columns[column]) + l2 * weight) / data.weightSum;
          value += (l2 / 2) * weight * weight;
        }
      }
      return value / data.weightSum;
    },
    point,
    TOLERANCE,
    STEPS,
  );
  const weights = new Float64Array(outputs * count);
  for (let output = 0; output < outputs; output++) {
    weights.set(found.subarray(output * (count + 1), output * (count + 1) + count), output * count);
  }
  return { weights, intercepts: start.map((_, output) => found[output * (count + 1) + count]) };
}

function scoresOf({ columns, rowCount }: Standardised, at: Float64Array, outputs: number): Float64Array[] {
  const count = columns.length;
  return Array.from({ length: outputs }, (_, output) => {
    const first = output * (count + 1);
    const score = new Float64Array(rowCount).fill(at[first + count]);
    columns.forEach((values, column) => {
      const weight = at[first + column];
      if (weight !== 0) for (let row = 0; row < rowCount; row++) score[row] += weight * values[row];
    });
    return score;
  });
}

/** Sum of the losses; replaces the scores by its derivative. */
type ScoreLoss = (scores: readonly Float64Array[]) => number;

function twoClassLoss({ weights }: Standardised, codes: Int32Array): ScoreLoss {
  return ([score]) => {
    let sum = 0;
    for (let row = 0; row < score.length; row++) {
      const weight = weights === null ? 1 : weights[row];
      const margin = codes[row] === 1 ? score[row] : -score[row];
      sum += weight * (margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin);
      score[row] = weight * (sigmoid(score[row]) - codes[row]);
    }
    return sum;
  };
}

function softmaxLoss({ weights }: Standardised, codes: Int32Array, outputs: number): ScoreLoss {
  return (scores) => {
    let sum = 0;
    for (let row = 0; row < codes.length; row++) {
      const weight = weights === null ? 1 : weights[row];
      let highest = Number.NEGATIVE_INFINITY;
      for (let output = 0; output < outputs; output++) highest = Math.max(highest, scores[output][row]);
      const own = scores[codes[row]][row] - highest;
      let total = 0;
      for (let output = 0; output < outputs; output++) {
        scores[output][row] = exp(scores[output][row] - highest);
        total += scores[output][row];
      }
      sum += weight * (log(total) - own);
      for (let output = 0; output < outputs; output++) {
        scores[output][row] = weight * (scores[output][row] / total - (codes[row] === output ? 1 : 0));
      }
    }
    return sum;
  };
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < first.length; row++) sum += first[row] * second[row];
  return sum;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row];
  return sum;
}
