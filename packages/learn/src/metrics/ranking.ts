import { ascendingOrder } from "../order/ascending-order.js";
import { weightOf } from "./regression.js";

/** Rows of one score, weighed: ties cannot be told apart, so they enter every ranking metric together. */
interface ScoreGroup {
  readonly rows: number;
  readonly positives: number;
}

/** Groups of equal scores, the highest first. Cost: O(rows). */
function scoreGroups(scores: Float64Array, isPositive: Uint8Array, weights: Float64Array | null): ScoreGroup[] {
  const groups: ScoreGroup[] = [];
  const order = ascendingOrder(scores);
  for (let end = order.length - 1; end >= 0; ) {
    const score = scores[order[end]];
    let [rows, positives] = [0, 0];
    for (; end >= 0 && scores[order[end]] === score; end--) {
      const weight = weightOf(weights, order[end]);
      rows += weight;
      positives += weight * isPositive[order[end]];
    }
    groups.push({ rows, positives });
  }
  return groups;
}

export function countPositives(isPositive: Uint8Array, weights: Float64Array | null = null): number {
  return isPositive.reduce((sum, flag, row) => sum + flag * weightOf(weights, row), 0);
}

/** Area under the ROC curve; at least one positive (1) and one negative (0) row. */
export function areaUnderRoc(scores: Float64Array, isPositive: Uint8Array, weights: Float64Array | null = null): number {
  const groups = scoreGroups(scores, isPositive, weights);
  const positives = groups.reduce((sum, group) => sum + group.positives, 0);
  const negatives = groups.reduce((sum, group) => sum + (group.rows - group.positives), 0);
  let negativesBelow = negatives;
  let wins = 0;
  for (const group of groups) {
    const groupNegatives = group.rows - group.positives;
    negativesBelow -= groupNegatives;
    wins += group.positives * (negativesBelow + groupNegatives / 2);
  }
  return wins / (positives * negatives);
}

/** Sum over distinct scores of precision × gain in recall, without interpolation; at least one positive row. */
export function averagePrecision(scores: Float64Array, isPositive: Uint8Array, weights: Float64Array | null = null): number {
  const groups = scoreGroups(scores, isPositive, weights);
  const positives = groups.reduce((sum, group) => sum + group.positives, 0);
  let rows = 0;
  let found = 0;
  let sum = 0;
  for (const group of groups) {
    rows += group.rows;
    found += group.positives;
    if (group.positives > 0) sum += (group.positives / positives) * (found / rows);
  }
  return sum;
}

/**
 * The rows that a budget (share of rows, at least one row) allows to look at, highest scores first, and how many of them
 * are positive. Where the budget ends inside a tie, the tie's positives count in proportion: the expectation over any order.
 */
export function withinBudget(scores: Float64Array, isPositive: Uint8Array, budget: number): { rows: number; positives: number } {
  const rows = Math.min(scores.length, Math.max(1, Math.round(budget * scores.length)));
  let left = rows;
  let positives = 0;
  for (const group of scoreGroups(scores, isPositive, null)) {
    const taken = Math.min(left, group.rows);
    positives += group.positives * (taken / group.rows);
    left -= taken;
    if (left === 0) break;
  }
  return { rows, positives };
}

/** Ranks from 1, ties sharing the mean of theirs. */
function averageRanks(values: Float64Array): Float64Array {
  const order = ascendingOrder(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let position = start; position < end; position++) ranks[order[position]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Spearman's rank correlation; neither side may be constant. */
export function rankCorrelation(first: Float64Array, second: Float64Array): number {
  const firstRanks = averageRanks(first);
  const secondRanks = averageRanks(second);
  const mean = (first.length + 1) / 2;
  let [product, firstSquares, secondSquares] = [0, 0, 0];
  for (let row = 0; row < first.length; row++) {
    const a = firstRanks[row] - mean;
    const b = secondRanks[row] - mean;
    product += a * b;
    firstSquares += a * a;
    secondSquares += b * b;
  }
  return product / Math.sqrt(firstSquares * secondSquares);
}
