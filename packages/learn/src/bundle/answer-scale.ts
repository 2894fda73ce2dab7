import { exp, expm1, sigmoid } from "../arithmetic/exponential.js";
import { anomalyScore, averagePathLength } from "../isolation-forest/path-length.js";
import type { FittedModel } from "../model/model.js";

/** How a raw output becomes what callers are told: the price, the probability of the second class, the anomaly score. */
export interface AnswerScale {
  readonly name: "value" | "probability" | "score";
  readonly answer: (raw: number) => number;
  /** Derivative of `answer`. */
  readonly slope: (raw: number) => number;
}

/** Scale of a model with one output; null where an answer mixes several outputs. */
export function answerScaleOf({ space, isolation }: FittedModel): AnswerScale | null {
  switch (space) {
    case "value":
      return { name: "value", answer: (raw) => raw, slope: () => 1 };
    case "exp":
      return { name: "value", answer: exp, slope: exp };
    case "log1p":
      return { name: "value", answer: expm1, slope: exp };
    case "logOdds":
      return { name: "probability", answer: sigmoid, slope: (raw) => sigmoid(raw) * sigmoid(-raw) };
    case "pathLength": {
      const rowsPerTree = isolation?.rowsPerTree ?? 2;
      const answer = (raw: number) => anomalyScore(raw, rowsPerTree);
      return { name: "score", answer, slope: (raw) => (-Math.LN2 / averagePathLength(rowsPerTree)) * answer(raw) };
    }
    case "softmax":
    case "probability":
      return null;
  }
}

/**
 * Factor from raw effects to effects on the answer's scale: each feature gets the share of `answer(output) - answer(base)`
 * that its raw effect has of `output - base`. So the effects sum to the answer less the base answer, keep their order, and
 * their signs (for path lengths: all reversed). Where effects cancel out the factor is the slope at the base, which it
 * approaches.
 */
export function answerFactor(scale: AnswerScale, base: number, output: number): number {
  const distance = output - base;
  // A secant of two nearly equal numbers is all rounding; the slope in the middle differs by distance² only.
  if (Math.abs(distance) < 1e-6) return scale.slope(base + distance / 2);
  return (scale.answer(output) - scale.answer(base)) / distance;
}
