import { log } from "../arithmetic/logarithm.js";
import { weightOf, weightSum } from "./regression.js";

/** `probability[class][row]`, true class by row; at least one row. */
export type Probability = readonly Float64Array[];

/** The most probable class by row, the first of equals. */
export function mostProbable(probability: Probability): Int32Array {
  const classes = Int32Array.from(probability[0], () => 0);
  for (let row = 0; row < classes.length; row++) {
    for (let other = 1; other < probability.length; other++) {
      if (probability[other][row] > probability[classes[row]][row]) classes[row] = other;
    }
  }
  return classes;
}

/** Weight of the rows by true and predicted class: `matrix[truth][predicted]`, as scikit-learn's `confusion_matrix`. */
export function confusionMatrix(
  truth: Int32Array,
  predicted: Int32Array,
  classCount: number,
  weights: Float64Array | null = null,
): Float64Array[] {
  const matrix = Array.from({ length: classCount }, () => new Float64Array(classCount));
  for (let row = 0; row < truth.length; row++) matrix[truth[row]][predicted[row]] += weightOf(weights, row);
  return matrix;
}

export function accuracy(truth: Int32Array, predicted: Int32Array, weights: Float64Array | null): number {
  let right = 0;
  for (let row = 0; row < truth.length; row++) if (truth[row] === predicted[row]) right += weightOf(weights, row);
  return right / weightSum(truth.length, weights);
}

/** Probabilities are clipped to [ε, 1 - ε], ε = 2⁻⁵², so that one certain mistake does not make the loss infinite. */
export function logLoss(truth: Int32Array, probability: Probability, weights: Float64Array | null): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const own = Math.min(Math.max(probability[truth[row]][row], Number.EPSILON), 1 - Number.EPSILON);
    sum -= weightOf(weights, row) * log(own);
  }
  return sum / weightSum(truth.length, weights);
}

/** 0 to 1 for two classes, 0 to 2 for more. */
export function brier(truth: Int32Array, probability: Probability, weights: Float64Array | null): number {
  let sum = 0;
  probability.forEach((values, own) => {
    for (let row = 0; row < truth.length; row++) {
      const error = values[row] - (truth[row] === own ? 1 : 0);
      sum += weightOf(weights, row) * error * error;
    }
  });
  return sum / weightSum(truth.length, weights) / (probability.length === 2 ? 2 : 1);
}

/** Precision, recall and F1 of one class; 0 where a denominator is. `weight`: of its true rows. */
interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly weight: number;
}

/** By class that is true or predicted somewhere. */
export function classScores(matrix: readonly Float64Array[]): ClassScore[] {
  return matrix.flatMap((row, own) => {
    const trueWeight = row.reduce((sum, weight) => sum + weight, 0);
    const namedWeight = matrix.reduce((sum, other) => sum + other[own], 0);
    if (trueWeight + namedWeight === 0) return [];
    const right = row[own];
    const share = (whole: number) => (whole === 0 ? 0 : right / whole);
    const score = { precision: share(namedWeight), recall: share(trueWeight), f1: (2 * right) / (trueWeight + namedWeight) };
    return [{ ...score, weight: trueWeight }];
  });
}

/** Mean over classes, each counting the same. */
export function macroMean(scores: readonly ClassScore[], of: "precision" | "recall" | "f1"): number {
  return scores.reduce((sum, score) => sum + score[of], 0) / scores.length;
}

/** Mean over classes, each counting by its true rows. */
export function weightedMean(scores: readonly ClassScore[], of: "precision" | "recall" | "f1"): number {
  const total = scores.reduce((sum, { weight }) => sum + weight, 0);
  return scores.reduce((sum, score) => sum + score.weight * score[of], 0) / total;
}
