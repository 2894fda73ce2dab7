import { describe, expect, it } from "vitest";
import { explainRaw } from "../explain/explain.js";
import type { FittedModel, TreeEnsemble } from "../model/model.js";
import { predictRaw, predictRow } from "./predict.js";
import { goesLeft, valueForTrees } from "./route.js";
import { thresholdsOnly } from "./thresholds-only.js";

/** One split of feature 0 on the codes 0, 33 and 63, with leaves 1 (in the set) and 10. */
function byCategory(missingLeft: 0 | 1, more: Partial<TreeEnsemble> = {}): TreeEnsemble {
  return {
    ...thresholdsOnly(3),
    featureCount: 2,
    outputCount: 1,
    rootByTree: Int32Array.of(0),
    outputByTree: Int32Array.of(0),
    featureByNode: Int32Array.of(0, -1, -1),
    thresholdByNode: new Float64Array(3),
    leftByNode: Int32Array.of(1, -1, -1),
    rightByNode: Int32Array.of(2, -1, -1),
    missingLeftByNode: Uint8Array.of(missingLeft, 0, 0),
    valueByNode: Float64Array.of(0, 1, 10),
    coverByNode: Float64Array.of(4, 1, 3),
    gainByNode: new Float64Array(3),
    baseByOutput: new Float64Array(1),
    categorySetByNode: Int32Array.of(0, -1, -1),
    categorySetStart: Int32Array.of(0, 2),
    categoryWords: Int32Array.of(1, (1 << 31) | 2),
    ...more,
  };
}

const model = (trees: TreeEnsemble, linear: FittedModel["linear"] = null): FittedModel => ({
  learner: "gradientBoosting",
  parameters: {},
  trees,
  space: "value",
  classes: null,
  isolation: null,
  linear,
});

function expectAlike(fitted: FittedModel, columns: readonly Float64Array[], expected: readonly number[]): void {
  const matrix = { rowCount: expected.length, columns, names: columns.map((_, column) => `column ${column}`) };
  expect([...predictRaw(fitted, matrix)[0]]).toEqual(expected);
  const out = new Float64Array(1);
  const { base, effects, columnCount } = explainRaw(fitted, matrix);
  for (const [row, value] of expected.entries()) {
    predictRow(
      fitted,
      Float64Array.from(columns, (values) => values[row]),
      out,
    );
    expect(out[0]).toBe(value);
    const sum = effects.subarray(row * columnCount, (row + 1) * columnCount).reduce((total, effect) => total + effect, base[0]);
    expect(Math.abs(sum - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  }
}

describe("category sets", () => {
  const codes = Float64Array.of(0, 1, 33, 62, 63, 64, 1e10, -1, Number.NaN);

  it.each<[0 | 1, number]>([
    [1, 1],
    [0, 10],
  ])("send members left, others right, and what is missing or past the last bit by the flag (%i)", (missingLeft, missing) => {
    const expected = [1, 10, 1, 10, 1, missing, missing, missing, missing];
    expectAlike(model(byCategory(missingLeft)), [codes, new Float64Array(codes.length)], expected);
  });

  it("cut a code to a whole number", () => {
    expect(goesLeft(byCategory(0), 0, 33.9)).toBe(true);
    expect(goesLeft(byCategory(0), 0, -0.5)).toBe(true);
    expect(goesLeft(byCategory(1), 0, Number.POSITIVE_INFINITY)).toBe(true);
  });
});

describe("float32", () => {
  it("rounds inputs before they are compared", () => {
    const below = 0.1;
    const threshold = Float64Array.of(Math.fround(0.1), 0, 0);
    const numbers = { categorySetByNode: new Int32Array(3).fill(-1), thresholdByNode: threshold };
    // The float32 next to 0.1 is above it; another value between the two is rounded up to it as well.
    const between = (below + Math.fround(0.1)) / 2;
    const columns = [Float64Array.of(below, between, Math.fround(0.1), 0.100001), new Float64Array(4)];
    expectAlike(model(byCategory(0, { ...numbers, precision: "float32" })), columns, [1, 1, 1, 10]);
    const high = Float64Array.of(Math.fround(0.1) + 1e-12);
    const shared = [high, new Float64Array(1)];
    expectAlike(model(byCategory(0, numbers)), shared, [10]);
    expectAlike(model(byCategory(0, { ...numbers, precision: "float32" })), shared, [1]);
  });

  it("sums leaves in float32, tree after tree", () => {
    const two = { rootByTree: Int32Array.of(0, 0), outputByTree: Int32Array.of(0, 0) };
    const value = Float64Array.of(0, Math.fround(0.1), 10);
    const base = Float64Array.of(16_777_216);
    const trees = byCategory(0, { ...two, valueByNode: value, baseByOutput: base, precision: "float32" });
    expectAlike(model(trees), [Float64Array.of(0), Float64Array.of(0)], [16_777_216]);
    expect(
      predictRaw(model({ ...trees, precision: "float64" }), {
        rowCount: 1,
        columns: [Float64Array.of(0), Float64Array.of(0)],
        names: [],
      })[0][0],
    ).toBe(16_777_216 + 2 * value[1]);
  });
});

describe("zeroIsMissingByFeature", () => {
  it("makes what is nearly zero missing, of that feature only", () => {
    const trees = byCategory(0, { zeroIsMissingByFeature: Uint8Array.of(1, 0) });
    expect(valueForTrees(trees, 0, -1e-36)).toBeNaN();
    expect(valueForTrees(trees, 0, 1.1e-35)).toBe(1.1e-35);
    expect(valueForTrees(trees, 1, 0)).toBe(0);
    expectAlike(model(trees), [Float64Array.of(0, 33), new Float64Array(2)], [10, 1]);
  });
});

describe("a linear part", () => {
  it("adds weighted values, missing ones as the fill, with effects from the mean", () => {
    const linear = { weights: Float64Array.of(0, 3), mean: Float64Array.of(0, 4), fill: Float64Array.of(0, 5) };
    const columns = [Float64Array.of(0, 1, 1), Float64Array.of(2, 0, Number.NaN)];
    expectAlike(model(byCategory(0), linear), columns, [7, 10, 25]);
  });
});
