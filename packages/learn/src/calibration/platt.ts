import { exp, sigmoid } from "../arithmetic/exponential.js";
import { log1p } from "../arithmetic/logarithm.js";
import { minimise } from "../baseline/minimise.js";

/**
 * Platt scaling: slope and intercept of the sigmoid that gives outcomes the best log-loss. Outcomes are drawn a little
 * inwards ((n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2)), so that scores that tell the classes apart keep a finite slope.
 *
 * @see Platt 1999; Lin, Lin, Weng 2007 · goldens/calibration (scikit-learn's sigmoid calibration)
 */
export function fitPlatt(scores: Float64Array, isPositive: Uint8Array): { slope: number; intercept: number } {
  const rows = scores.length;
  const positives = isPositive.reduce((sum, flag) => sum + flag, 0);
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (rows - positives + 2)];
  // Centred and scaled, so that the two parameters weigh alike whatever the unit of the score.
  const mean = scores.reduce((sum, score) => sum + score, 0) / rows;
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) * (score - mean), 0) / rows) || 1;
  const found = minimise(
    (point, gradient) => {
      gradient.fill(0);
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const place = (scores[row] - mean) / spread;
        const odds = point[0] * place + point[1];
        const outcome = isPositive[row] === 1 ? high : low;
        sum += (odds > 0 ? log1p(exp(-odds)) + odds : log1p(exp(odds))) - outcome * odds;
        const error = (sigmoid(odds) - outcome) / rows;
        gradient[0] += error * place;
        gradient[1] += error;
      }
      return sum / rows;
    },
    Float64Array.of(0, 0),
    1e-11,
    200,
  );
  const slope = found[0] / spread;
  return { slope, intercept: found[1] - slope * mean };
}
