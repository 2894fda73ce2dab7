import { describe, expect, it } from "vitest";
import { createEngine } from "../kernels/load-kernels.js";
import { createRandom } from "../random/random.js";
import { binTable, SAMPLED_ROWS } from "./binned-table.js";

const engine = createEngine();
const bin = (values: ArrayLike<number>, bins = 255, codes: number | null = null) => {
  const columns = [Float64Array.from(values)];
  const table = binTable(engine, { rowCount: values.length, columns, names: ["size"], categoryCounts: [codes] }, bins);
  return { feature: table.features[0], column: table.arena.bytes(table.columns, values.length).slice() };
};

describe("binTable", () => {
  it("fills bins evenly when there are more values than bins", () => {
    const random = createRandom(5);
    const { column } = bin(Array.from({ length: 50_800 }, () => random.next() ** 3));
    const counts = new Float64Array(254);
    for (const own of column) counts[own]++;
    expect(Math.min(...counts)).toBeGreaterThan(190);
    expect(Math.max(...counts)).toBeLessThan(210);
  });

  it("cuts by a sample of many rows, in the order of a file that is sorted too", () => {
    const { column } = bin(Float64Array.from({ length: 2 * SAMPLED_ROWS }, (_, row) => row));
    const counts = new Float64Array(254);
    for (const own of column) counts[own]++;
    expect(Math.min(...counts)).toBeGreaterThan(1_400);
    expect(Math.max(...counts)).toBeLessThan(1_750);
  });

  it("gives a frequent value a bin to itself", () => {
    const random = createRandom(5);
    const { feature, column } = bin(
      Array.from({ length: 10_000 }, (_, row) => (row % 2 === 0 ? 0.5 : random.next())),
      11,
    );
    const others = column.filter((own, row) => row % 2 === 1 && own === column[0]);
    expect(others.length).toBe(0);
    expect(feature.valueBins).toBe(10);
  });

  it("has a bin for missing values also where every value is missing", () => {
    const { feature, column } = bin([Number.NaN, Number.NaN]);
    expect([...column]).toEqual([1, 1]);
    expect(feature.valueBins).toBe(1);
  });

  it("gives the most frequent levels of a category a bin, and the rest that of missing values", () => {
    const few = bin([2, 0, 2, 5, Number.NaN, 9, -1, 0.5], 255, 6);
    expect([...(few.feature.category?.codeByBin ?? [])]).toEqual([0, 2, 5]);
    expect([...few.column]).toEqual([1, 0, 1, 2, 3, 3, 3, 3]);
    const many = bin(
      Float64Array.from({ length: 5_050 }, (_, row) => Math.floor((Math.sqrt(8 * row + 1) - 1) / 2)),
      50,
      100,
    );
    expect(many.feature.category?.codeByBin).toEqual(Int32Array.from({ length: 49 }, (_, place) => 51 + place));
    expect(many.column[0]).toBe(49);
    expect(many.column[5_049]).toBe(48);
  });

  it("refuses infinite values by name, wherever they stand", () => {
    const infinite = expect.objectContaining({ code: "LEARN_FEATURE_NOT_FINITE", details: { feature: "size" } });
    expect(() => bin([1, Infinity])).toThrow(infinite);
    expect(() => bin([-Infinity, 1])).toThrow(infinite);
    const long = new Float64Array(SAMPLED_ROWS * 5);
    long[long.length - 2] = Infinity;
    expect(() => bin(long)).toThrow(infinite);
  });
});
