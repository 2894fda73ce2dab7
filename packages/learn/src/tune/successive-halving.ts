import type { Rungs, TrialRecord } from "./search-state.js";

/** Nine trials of a ninth, three of a third, one in full. */
export const USUAL_RUNGS: Rungs = { least: 1 / 9, factor: 3 };

export function nextBudget(budget: number, { factor }: Rungs): number {
  // Powers of the factor are not exact in binary: what is nearly everything is everything.
  const next = budget * factor;
  return next > 0.999 ? 1 : next;
}

/**
 * A trial that may go on with the next budget, of the largest budgets first: it is among the best 1 / factor of those that
 * ended with its budget, and did not go on yet. Null: none.
 *
 * @see Li et al. 2020, A system for massively parallel hyperparameter tuning (ASHA)
 */
export function promotable(
  records: readonly TrialRecord[],
  rungs: Rungs,
  better: "higher" | "lower",
): (TrialRecord & { readonly score: number }) | null {
  const sign = better === "lower" ? 1 : -1;
  const budgets = [...new Set(records.map(({ budget }) => budget))].filter((budget) => budget < 1).sort((a, b) => b - a);
  for (const budget of budgets) {
    const ended = records.filter(
      (record): record is TrialRecord & { readonly score: number } => record.budget === budget && record.score !== null,
    );
    const wentOn = new Set(records.filter((record) => record.budget > budget).map(({ first }) => first));
    const best = [...ended].sort((a, b) => sign * (a.score - b.score) || a.number - b.number);
    const winner = best.slice(0, Math.floor(ended.length / rungs.factor)).find(({ first }) => !wentOn.has(first));
    if (winner !== undefined) return winner;
  }
  return null;
}
