import type { Random } from "../random/random.js";

/**
 * Draws as many rows as there are, with repetition. Writes how often each was drawn into `draws` (by row) and the rows
 * that were drawn at all, ascending, into `bag`; returns how many those are.
 */
export function drawBootstrap(rows: Int32Array, random: Random, draws: Float64Array, bag: Int32Array): number {
  draws.fill(0);
  for (let draw = 0; draw < rows.length; draw++) draws[rows[random.integer(rows.length)]]++;
  let count = 0;
  for (let position = 0; position < rows.length; position++) {
    if (draws[rows[position]] > 0) bag[count++] = rows[position];
  }
  return count;
}
