import type { Random } from "../random/random.js";

/**
 * Chooses `count` of `rows` without repetition, in their order, and puts those left out behind them.
 *
 * @param into  as long as `rows`
 * @see Knuth, The Art of Computer Programming 2, algorithm S
 */
export function sampleRows(rows: Int32Array, count: number, random: Random, into: Int32Array): void {
  let taken = 0;
  let position = 0;
  for (; taken < count; position++) {
    // No branch: a processor would guess it wrong every few rows. What is written too early is overwritten by the next one that
    // is taken or left out.
    const left = count + position - taken;
    into[taken] = rows[position];
    into[left] = rows[position];
    taken += Number(random.next() * (rows.length - position) < count - taken);
  }
  into.set(rows.subarray(position), position);
}
