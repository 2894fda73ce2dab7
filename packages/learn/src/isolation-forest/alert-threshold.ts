/**
 * Score from which a row is an alert.
 *
 * - a budget: the lowest score that at most this share of the training rows reach (rows with equal scores stand or fall
 *   together; above all scores when even the highest are too many)
 * - a contamination: the quantile 1 − contamination, linear between scores, as scikit-learn places its offset
 * - neither: 0.5, the paper's score of an ordinary row
 */
export function alertThreshold(
  scores: () => Float64Array,
  { contamination, alertBudget }: { contamination: number | "auto"; alertBudget: number | "none" },
): number {
  if (alertBudget !== "none") return budgetThreshold(scores().sort(), alertBudget);
  if (contamination === "auto") return 0.5;
  return quantile(scores().sort(), 1 - contamination);
}

function budgetThreshold(sorted: Float64Array, budget: number): number {
  // A hundredth of a row forgives what a decimal share such as 0.29 loses in binary.
  const most = Math.floor(budget * sorted.length + 0.01);
  let position = sorted.length - most;
  while (position < sorted.length && position > 0 && sorted[position] === sorted[position - 1]) position++;
  if (position < sorted.length) return sorted[position];
  // Scores lie in (0, 1]: halfway to 2 is above every training score, though not above every score.
  return (sorted[sorted.length - 1] + 1) / 2 + (sorted[sorted.length - 1] === 1 ? 1 : 0);
}

function quantile(sorted: Float64Array, probability: number): number {
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
