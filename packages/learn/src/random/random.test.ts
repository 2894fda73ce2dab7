import { describe, expect, it } from "vitest";
import { createRandom } from "./random.js";

const take = (seed: number, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe("createRandom", () => {
  it("gives these numbers for seed 42, on every machine and in every release", () => {
    expect(take(42, 3)).toMatchInlineSnapshot(`
      [
        0.12092642320052138,
        0.29074568509158505,
        0.650909392041436,
      ]
    `);
  });

  it("gives other numbers for other seeds, also for seeds that differ above 32 bits or in the sign", () => {
    const first = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 52].map((seed) => take(seed, 1)[0]);
    expect(new Set(first).size).toBe(first.length);
  });

  it("forks by number alone: what was drawn before does not matter", () => {
    const used = createRandom(7);
    used.next();
    expect(used.fork(3).next()).toBe(createRandom(7).fork(3).next());
    expect(used.fork(3).next()).not.toBe(used.fork(4).next());
    expect(used.fork(1).fork(2).next()).not.toBe(used.fork(2).fork(1).next());
  });

  it("is uniform: 20 bins of 200,000 numbers pass a chi-square test at 1 in 100,000", () => {
    const random = createRandom(1);
    const counts = new Float64Array(20);
    for (let draw = 0; draw < 200_000; draw++) counts[random.integer(20)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(57.2);
  });
});
