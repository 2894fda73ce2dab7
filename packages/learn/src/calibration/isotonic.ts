import type { IsotonicCurve } from "../model/model.js";
import { ascendingOrder } from "../order/ascending-order.js";

interface Block {
  /** Lowest and highest score. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly positives: number;
}

/**
 * Isotonic regression: the curve that never falls and is nearest to the outcomes in squares, by pooling adjacent
 * violators. Equal scores are one place; of a flat stretch its two ends are kept.
 *
 * Cost: O(rows).
 *
 * @param isPositive  by row, 0 or 1
 * @see goldens/calibration (scikit-learn's IsotonicRegression)
 */
export function fitIsotonic(scores: Float64Array, isPositive: Uint8Array): IsotonicCurve {
  const blocks: Block[] = [];
  const order = ascendingOrder(scores);
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]];
    let end = start;
    let positives = 0;
    for (; end < order.length && scores[order[end]] === score; end++) positives += isPositive[order[end]];
    pool(blocks, { from: score, to: score, rows: end - start, positives });
    start = end;
  }
  const ends = blocks.map((block) => (block.from === block.to ? [block.from] : [block.from, block.to]));
  return {
    score: ends.flat(),
    probability: blocks.flatMap((block, place) => ends[place].map(() => block.positives / block.rows)),
  };
}

/** Adds a block, and joins it with those before it while they lie as high. */
function pool(blocks: Block[], added: Block): void {
  let joined = added;
  for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
    if (last.positives * joined.rows < joined.positives * last.rows) break;
    const { from } = last;
    joined = { from, to: joined.to, rows: last.rows + joined.rows, positives: last.positives + joined.positives };
    blocks.pop();
  }
  blocks.push(joined);
}

/** The curve at a score: linear between two points, the nearest end outside. */
export function isotonicAt({ score, probability }: IsotonicCurve, at: number): number {
  let low = 0;
  let high = score.length - 1;
  if (!(at > score[low])) return probability[low];
  if (at >= score[high]) return probability[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (score[middle] <= at) low = middle;
    else high = middle;
  }
  const rise = probability[high] - probability[low];
  if (rise === 0) return probability[low];
  return Math.min(probability[high], probability[low] + (rise * (at - score[low])) / (score[high] - score[low]));
}
