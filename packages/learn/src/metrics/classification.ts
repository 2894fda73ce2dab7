import { log } from "../arithmetic/logarithm.js";
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

export function accuracy(truth: Int32Array, predicted: Int32Array): number {
  let right = 0;
  for (let row = 0; row < truth.length; row++) if (truth[row] === predicted[row]) right++;
  return right / truth.length;
}

/** Probabilities are clipped to [ε, 1 - ε], ε = 2⁻⁵², so that one certain mistake does not make the loss infinite. */
export function logLoss(truth: Int32Array, probability: Probability): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    sum -= log(Math.min(Math.max(probability[truth[row]][row], Number.EPSILON), 1 - Number.EPSILON));
  }
  return sum / truth.length;
}

/** 0 to 1 for two classes, 0 to 2 for more. */
export function brier(truth: Int32Array, probability: Probability): number {
  let sum = 0;
  probability.forEach((values, own) => {
    for (let row = 0; row < truth.length; row++) {
      const error = values[row] - (truth[row] === own ? 1 : 0);
      sum += error * error;
    }
  });
  return sum / truth.length / (probability.length === 2 ? 2 : 1);
}

export function macroF1(truth: Int32Array, predicted: Int32Array, classCount: number): number {
  const right = new Float64Array(classCount);
  const named = new Float64Array(classCount);
  for (let row = 0; row < truth.length; row++) {
    if (truth[row] === predicted[row]) right[truth[row]]++;
    named[truth[row]]++;
    named[predicted[row]]++;
  }
  let sum = 0;
  let classes = 0;
  for (let own = 0; own < classCount; own++) {
    if (named[own] === 0) continue;
    sum += (2 * right[own]) / named[own];
    classes++;
  }
  return sum / classes;
}
