import { describe, expect, it } from "vitest";
import { CategoryColumnBuilder } from "../frame/column-builder.js";
import type { FrameColumn } from "../frame/frame.js";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.js";
import { populationStabilityIndex } from "./population-stability.js";
import { sketchColumn } from "./sketch-column.js";

const numbers = (values: Iterable<number>): FrameColumn => ({ kind: "number", values: Float64Array.from(values) });
const upTo = (count: number) => Array.from({ length: count }, (_, row) => row);
function states(values: Iterable<string | null>): FrameColumn {
  const builder = new CategoryColumnBuilder();
  for (const value of values) value === null ? builder.pushMissing() : builder.push(value);
  return builder.build();
}

describe("sketchColumn", () => {
  it("takes exact quantiles of the present values", () => {
    const sketch = sketchColumn("n", numbers([...upTo(201), Number.NaN]));
    expect(sketch).toMatchObject({ kind: "number", name: "n", rows: 202, missing: 1 });
    expect(sketch.kind === "number" && sketch.quantiles).toEqual(Array.from({ length: 101 }, (_, step) => step * 2));
    const between = sketchColumn("n", numbers([1, 2]));
    expect(between.kind === "number" && between.quantiles[50]).toBe(1.5);
    const huge = sketchColumn("n", numbers([-1.7e308, 1.7e308]));
    expect(huge.kind === "number" && huge.quantiles.every(Number.isFinite)).toBe(true);
  });

  it("gives quantiles that ascend, whatever rounding does", () => {
    const values = Float64Array.from(upTo(997), (row) => Math.floor(row / 60) / 10 + 0.1 * Math.sin(Math.floor(row / 60)));
    const sketch = sketchColumn("n", { kind: "number", values });
    const quantiles = sketch.kind === "number" ? sketch.quantiles : [];
    expect(quantiles.length).toBe(101);
    for (let step = 1; step < quantiles.length; step++) expect(quantiles[step]).toBeGreaterThanOrEqual(quantiles[step - 1]);
  });

  it("knows a column without values or rows", () => {
    expect(sketchColumn("n", numbers([Number.NaN]))).toMatchObject({ rows: 1, missing: 1, quantiles: [] });
    expect(sketchColumn("c", states([]))).toMatchObject({ rows: 0, missing: 0, levels: [], other: 0 });
  });

  it("counts levels, the most frequent first, and the rest together", () => {
    const many = [...upTo(300).map((row) => `level ${String(row).padStart(3, "0")}`), "b", "b", "b", "a", "a", "a", null];
    const sketch = sketchColumn("c", states(many));
    expect(sketch).toMatchObject({ kind: "category", rows: 307, missing: 1, other: 102 });
    expect(sketch.kind === "category" && sketch.levels.slice(0, 3)).toEqual([
      { level: "a", rows: 3 },
      { level: "b", rows: 3 },
      { level: "level 000", rows: 1 },
    ]);
    expect(sketch.kind === "category" && sketch.levels.length).toBe(200);
  });

  it("counts booleans as levels and times as numbers", () => {
    const flags: FrameColumn = { kind: "boolean", values: Float64Array.of(1, 0, 1, Number.NaN) };
    expect(sketchColumn("b", flags)).toMatchObject({
      kind: "category",
      missing: 1,
      levels: [
        { level: "true", rows: 2 },
        { level: "false", rows: 1 },
      ],
    });
    expect(sketchColumn("t", { kind: "time", values: Float64Array.of(5) }).kind).toBe("number");
  });
});

describe("populationStabilityIndex", () => {
  it("is near 0 for the same values, and the formula's value for a shift", () => {
    const reference = sketchColumn("n", numbers(upTo(1001)));
    expect(populationStabilityIndex(reference, numbers(upTo(1001))).psi).toBeLessThan(1e-5);
    // All values in the upper half: five bins of 0.1 become empty (1e-4), five become 0.2.
    const upper = upTo(1000).map((row) => 500.5 + row / 2);
    const expected = 5 * ((1e-4 - 0.1) * Math.log(1e-4 / 0.1) + (0.2 - 0.1) * Math.log(0.2 / 0.1));
    expect(populationStabilityIndex(reference, numbers(upper)).psi).toBeCloseTo(expected, 1);
  });

  it("has a bin for missing values, and few bins where deciles coincide", () => {
    const reference = sketchColumn("n", numbers([...new Array(95).fill(0), ...upTo(5).map((row) => row + 1)]));
    const { psi, bins } = populationStabilityIndex(reference, numbers([0, Number.NaN]));
    expect(bins.map(({ label }) => label)).toEqual(["≤ 0", "> 0", "missing"]);
    expect(bins.at(-1)).toEqual({ label: "missing", expected: 0, actual: 0.5 });
    expect(psi).toBeGreaterThan(1);
    const constant = sketchColumn("n", numbers([3, 3, 3]));
    expect(populationStabilityIndex(constant, numbers([3, 3])).psi).toBe(0);
  });

  it("compares levels, unknown ones as other", () => {
    const reference = sketchColumn("c", states(["a", "a", "b", "b"]));
    expect(populationStabilityIndex(reference, states(["b", "a"])).psi).toBe(0);
    const { bins } = populationStabilityIndex(reference, states(["a", "z", "y", null]));
    expect(bins).toEqual([
      { label: "a", expected: 0.5, actual: 0.25 },
      { label: "b", expected: 0.5, actual: 0 },
      { label: "other", expected: 0, actual: 0.5 },
      { label: "missing", expected: 0, actual: 0.25 },
    ]);
  });

  it("is 0 without rows", () => {
    expect(populationStabilityIndex(sketchColumn("n", numbers([])), numbers([1])).psi).toBe(0);
    expect(populationStabilityIndex(sketchColumn("n", numbers([1])), numbers([])).psi).toBe(0);
  });
});

describe("kolmogorovSmirnov", () => {
  // scipy.stats.ks_2samp of the same values; its exact chance, which ours approaches within 0.01.
  it("agrees with SciPy, with ties and missing values too", () => {
    const a = Float64Array.from(upTo(60), (row) => ((row * 37) % 101) / 10);
    const b = Float64Array.from(upTo(80), (row) => ((row * 53) % 97) / 8);
    const plain = kolmogorovSmirnov(a, Float64Array.of(...b, Number.NaN));
    expect(plain.distance).toBeCloseTo(0.1625, 12);
    expect(Math.abs(plain.chance - 0.2977)).toBeLessThan(0.02);
    const halfToEven = (value: number) => (value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));
    const tied = kolmogorovSmirnov(
      a.map(halfToEven),
      b.map((value) => halfToEven(value + 1)),
    );
    expect(tied.distance).toBeCloseTo(0.225, 12);
    expect(Math.abs(tied.chance - 0.0541)).toBeLessThan(0.01);
  });

  it("is 0 for equal samples and 1 for separate ones", () => {
    const values = Float64Array.from(upTo(50));
    expect(kolmogorovSmirnov(values, values)).toEqual({ distance: 0, chance: 1 });
    const apart = kolmogorovSmirnov(
      values,
      values.map((value) => value + 100),
    );
    expect(apart.distance).toBe(1);
    expect(apart.chance).toBeLessThan(1e-10);
    expect(kolmogorovSmirnov(values, Float64Array.of(Number.NaN))).toEqual({ distance: 0, chance: 1 });
  });
});
