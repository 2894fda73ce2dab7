import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../random/random.js";
import { chiSquare } from "./chi-square.js";
import { jensenShannon, wasserstein } from "./distances.js";
import { distributionDistance } from "./distribution-distance.js";
import { benjaminiHochberg } from "./false-discovery.js";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.js";
import { addToSketch, emptySketch, mergeSketches, type QuantileSketch, sketchQuantile, sketchRank } from "./quantile-sketch.js";

/** The naive twin: both distribution functions at every value. */
function naiveDistance(first: Float64Array, second: Float64Array): number {
  const share = (values: Float64Array, limit: number) => values.filter((value) => value <= limit).length / values.length;
  return Math.max(...[...first, ...second].map((value) => Math.abs(share(first, value) - share(second, value))));
}

/** The usual way: both samples sorted and walked through together. */
function sortedDistance(first: Float64Array, second: Float64Array): number {
  const [a, b] = [first.slice().sort(), second.slice().sort()];
  let [inA, inB, largest] = [0, 0, 0];
  while (inA < a.length && inB < b.length) {
    const value = Math.min(a[inA], b[inB]);
    while (inA < a.length && a[inA] === value) inA++;
    while (inB < b.length && b[inB] === value) inB++;
    largest = Math.max(largest, Math.abs(inA / a.length - inB / b.length));
  }
  return largest;
}

describe("distributionDistance", () => {
  it("is what comparing at every value gives, to the last bit: ties, outliers, infinities and subnormal ranges included", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer({ min: -4, max: 4 }),
      fc.constantFrom(1e300, -1e300, 5e-324, 1e-323, -0),
    );
    const sample = fc.array(value, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const [a, b] = [Float64Array.from(first), Float64Array.from(second)];
        expect(distributionDistance(a, b)).toBe(naiveDistance(a, b));
      }),
      { numRuns: 300 },
    );
  });

  it("looks inside buckets of many rows", () => {
    const random = createRandom(8);
    const draw = (count: number, shift: number) =>
      Float64Array.from({ length: count }, () => (random.next() < 0.01 ? 1e9 : 1) * (random.next() + shift));
    const [a, b] = [draw(900, 0), draw(700, 0.01)];
    expect(distributionDistance(a, b)).toBe(naiveDistance(a, b));
  });

  it.each([
    ["a few values far out", (value: number, row: number) => (row % 997 === 5 ? (value - 0.5) * 1e300 : value)],
    ["nearly all alike", (value: number, row: number) => (row % 61 === 5 ? value : 0.5)],
    [
      "infinite ones",
      (value: number, row: number) =>
        row % 4001 === 5 ? Number.POSITIVE_INFINITY : row % 4001 === 6 ? Number.NEGATIVE_INFINITY : value,
    ],
    ["ties", (value: number) => Math.round(value * 40)],
  ] as [string, (value: number, row: number) => number][])("agrees with sorting on many rows: %s", (_, change) => {
    const random = createRandom(6);
    const draw = (count: number, power: number) =>
      Float64Array.from({ length: count }, (_unused, row) => change(random.next() ** power, row));
    const [a, b] = [draw(12_000, 3), draw(5_000, 3.05)];
    expect(distributionDistance(a, b)).toBe(sortedDistance(a, b));
  });
});

describe("what cannot be compared", () => {
  const none = new Float64Array(0);
  const some = Float64Array.of(1, 2, Number.NaN);

  it("samples without values are not apart", () => {
    for (const empty of [none, Float64Array.of(Number.NaN)]) {
      expect(kolmogorovSmirnov(empty, some)).toEqual({ distance: 0, chance: 1 });
      expect(wasserstein(some, empty)).toBe(0);
    }
    expect(kolmogorovSmirnov(some, Float64Array.of(1, 2))).toEqual({ distance: 0, chance: 1 });
  });

  it("counts without rows, or of one category, are not apart", () => {
    expect(chiSquare([0, 0], [3, 4])).toEqual({ statistic: 0, degrees: 0, chance: 1 });
    expect(chiSquare([5], [3])).toEqual({ statistic: 0, degrees: 0, chance: 1 });
    expect(jensenShannon([0], [1])).toBe(0);
    expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  });

  it("a missing chance is no test", () => {
    expect([...benjaminiHochberg([0.02, Number.NaN, 0.01])]).toEqual([0.02, Number.NaN, 0.02]);
    expect([...benjaminiHochberg([])]).toEqual([]);
  });
});

describe("quantile sketches", () => {
  const random = createRandom(1);
  const values = Float64Array.from({ length: 30_000 }, () => random.next() * random.next());
  const sorted = values.slice().sort();
  const rankOf = (value: number) => sorted.findLastIndex((other) => other <= value) + 1;

  function expectWithinBound(sketch: QuantileSketch): void {
    expect(sketch.rows).toBe(values.length);
    expect(sketch.levels.every((level) => level.length < sketch.size)).toBe(true);
    for (let step = 0; step <= 100; step++) {
      const quantile = sketchQuantile(sketch, step / 100);
      expect(Math.abs(rankOf(quantile) - (step / 100) * values.length)).toBeLessThanOrEqual(sketch.rankError + 1);
      expect(Math.abs(sketchRank(sketch, quantile) - rankOf(quantile))).toBeLessThanOrEqual(sketch.rankError);
    }
  }

  it("keeps every rank within the bound that it states, and the bound within the one that the documentation states", () => {
    const sketch = addToSketch(emptySketch(256), values);
    expectWithinBound(sketch);
    expect(sketch.rankError).toBeLessThanOrEqual((values.length * Math.log2(values.length / 256)) / 256);
    expect([sketch.least, sketch.most]).toEqual([sorted[0], sorted.at(-1)]);
  });

  it("merges parts in any grouping within the bound, and stays plain data", () => {
    const parts = [0, 1, 2, 3, 4].map((part) => addToSketch(emptySketch(256), values.subarray(part * 6_000, (part + 1) * 6_000)));
    const stored = parts.map((part) => JSON.parse(JSON.stringify(part)) as QuantileSketch);
    const [a, b, c, d, e] = stored;
    expectWithinBound(mergeSketches(mergeSketches(a, b), mergeSketches(mergeSketches(c, d), e)));
    expectWithinBound(stored.reduce(mergeSketches));
  });

  it("is exact while it is small, and counts what is missing", () => {
    const sketch = addToSketch(emptySketch(16), [3, Number.NaN, 1, 2]);
    expect(sketch).toMatchObject({ rows: 3, missing: 1, rankError: 0 });
    expect([0, 0.34, 0.67, 1].map((share) => sketchQuantile(sketch, share))).toEqual([1, 2, 3, 3]);
    expect(sketchQuantile(emptySketch(), 0.5)).toBeNaN();
  });
});
