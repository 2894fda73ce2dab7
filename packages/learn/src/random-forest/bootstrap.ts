import type { Random } from "../random/random.js";

/**
 * Draws as many rows as there are, with repetition. Writes how often each was drawn into `draws` (by row), the rows that
 * were drawn at all, ascending, to the front of `bag`, and the others, ascending, behind them; returns how many were drawn.
 */
export function drawBootstrap(rows: Int32Array, random: Random, draws: Float64Array<ArrayBufferLike>, bag: Int32Array): number {
  draws.fill(0);
  for (let draw = 0; draw < rows.length; draw++) draws[rows[random.integer(rows.length)]]++;
  let count = 0;
  for (let place = 0; place < rows.length; place++) if (draws[rows[place]] > 0) count++;
  let inside = 0;
  let outside = count;
  for (let place = 0; place < rows.length; place++) {
    if (draws[rows[place]] > 0) bag[inside++] = rows[place];
    else bag[outside++] = rows[place];
  }
  return count;
}
