import { describe, expect, it } from "vitest";
import { createRandom } from "../random/random.js";
import { binMatrix } from "./binned-matrix.js";

const one = (values: ArrayLike<number>) => ({ rowCount: values.length, columns: [Float64Array.from(values)], names: ["size"] });

describe("binMatrix", () => {
  it("fills bins evenly when there are more values than bins", () => {
    const random = createRandom(5);
    const binned = binMatrix(one(Array.from({ length: 50_800 }, () => random.next() ** 3)), 255);
    const counts = new Float64Array(254);
    for (const word of binned.words) counts[word & 255]++;
    expect(Math.min(...counts)).toBeGreaterThan(190);
    expect(Math.max(...counts)).toBeLessThan(210);
  });

  it("gives a frequent value a bin to itself", () => {
    const random = createRandom(5);
    const binned = binMatrix(one(Array.from({ length: 10_000 }, (_, row) => (row % 2 === 0 ? 0.5 : random.next()))), 11);
    const alone = (binned.words[0] & 255) as number;
    const others = binned.words.filter((word, row) => row % 2 === 1 && (word & 255) === alone);
    expect(others.length).toBe(0);
    expect(binned.valueBinsByFeature[0]).toBe(10);
  });

  it("has a bin for missing values also where every value is missing", () => {
    const binned = binMatrix(one([Number.NaN, Number.NaN]), 255);
    expect([...binned.words]).toEqual([1, 1]);
    expect(binned.valueBinsByFeature[0]).toBe(1);
  });

  it("refuses infinite values by name", () => {
    expect(() => binMatrix(one([1, Infinity]), 255)).toThrow(
      expect.objectContaining({ code: "LEARN_FEATURE_NOT_FINITE", details: { feature: "size" } }),
    );
    expect(() => binMatrix(one([-Infinity, 1]), 255)).toThrow(expect.objectContaining({ code: "LEARN_FEATURE_NOT_FINITE" }));
  });
});
