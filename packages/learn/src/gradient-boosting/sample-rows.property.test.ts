import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom, type Random } from "../random/random.js";
import { sampleRows } from "./sample-rows.js";

/** Algorithm S as the book has it. */
function plainly(rows: Int32Array, count: number, random: Random): { taken: number[]; left: number[] } {
  const [taken, left]: [number[], number[]] = [[], []];
  for (const [position, row] of rows.entries()) {
    const isTaken = random.next() * (rows.length - position) < count - taken.length;
    (isTaken ? taken : left).push(row);
  }
  return { taken, left };
}

it("takes the rows that algorithm S takes, and puts the others behind them", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      (size, share, seed) => {
        const rows = Int32Array.from({ length: size }, (_, position) => 3 * position + 1);
        const count = Math.floor(share * size);
        const into = new Int32Array(size);
        sampleRows(rows, count, createRandom(seed), into);
        const { taken, left } = plainly(rows, count, createRandom(seed));
        expect(Array.from(into)).toEqual([...taken, ...left]);
      },
    ),
  );
});
