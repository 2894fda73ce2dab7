import { ascendingOrder } from "../order/ascending-order.js";

/** What a wrong answer costs, in any unit; only the ratio matters. A right answer costs nothing. */
export interface DecisionCosts {
  /** A row of the first class is told to be of the second. */
  readonly falseAlarm: number;
  /** A row of the second class is told to be of the first. */
  readonly missed: number;
}

/**
 * The probability of the second class from which on to name it, so that the answers to these rows cost least: of equal
 * ones the nearest to falseAlarm / (falseAlarm + missed), which is the best for honest probabilities.
 *
 * Cost: O(rows).
 */
export function decisionThreshold(
  probability: Float64Array,
  isSecond: Uint8Array,
  { falseAlarm, missed }: DecisionCosts,
): number {
  const honest = falseAlarm / (falseAlarm + missed);
  const order = ascendingOrder(probability);
  // From the lowest threshold (every row is told to be of the second class) upwards.
  let cost = falseAlarm * isSecond.reduce((sum, flag) => sum + 1 - flag, 0);
  let best = { cost, from: 0, to: order.length === 0 ? 1 : probability[order[0]] };
  const distance = (from: number, to: number) => Math.abs(within(honest, from, to) - honest);
  for (let start = 0; start < order.length; ) {
    const value = probability[order[start]];
    let end = start;
    for (; end < order.length && probability[order[end]] === value; end++) {
      cost += isSecond[order[end]] === 1 ? missed : -falseAlarm;
    }
    const [from, to] = [value, end < order.length ? probability[order[end]] : 1];
    const isNearer = cost === best.cost && distance(from, to) < distance(best.from, best.to);
    if (from < to && (cost < best.cost || isNearer)) best = { cost, from, to };
    start = end;
  }
  const { from, to } = best;
  const chosen = within(honest, from, to);
  // A row at the threshold is of the second class, one at `from` is not.
  return chosen > from || from === 0 ? chosen : from + (to - from) / 2;
}

function within(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}
