import type { Random } from "../random/random.js";

/**
 * Chooses `count` of `rows` without repetition, in their order, and puts those left out behind them.
 *
 * @param into  as long as `rows`
 * @see Knuth, The Art of Computer Programming 2, algorithm S
 */
export function sampleRows(rows: Int32Array, count: number, random: Random, into: Int32Array): void {
  let taken = 0;
  let left = count;
  for (let position = 0; position < rows.length; position++) {
    const remaining = rows.length - position;
    if (random.next() * remaining < count - taken) into[taken++] = rows[position];
    else into[left++] = rows[position];
  }
}
