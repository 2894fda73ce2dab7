import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CategoryColumn } from "../frame/frame.js";
import { foldByRow, TargetMeanFitter } from "./target-mean.js";

function correlation(first: Float64Array, second: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanFirst, meanSecond] = [mean(first), mean(second)];
  let [product, squares, otherSquares] = [0, 0, 0];
  for (let row = 0; row < first.length; row++) {
    const [a, b] = [first[row] - meanFirst, second[row] - meanSecond];
    product += a * b;
    squares += a * a;
    otherSquares += b * b;
  }
  return product / Math.sqrt(squares * otherSquares);
}

/** A target without any relation to its levels, few rows per level: the case in which leakage shows most. */
function unrelated(seed: number): { column: CategoryColumn; target: Float64Array } {
  const rows = 4_000;
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const codes = Int32Array.from({ length: rows }, () => Math.floor(next() * 1_000));
  const levels = Array.from({ length: 1_000 }, (_, code) => `level ${code}`);
  return { column: { kind: "category", codes, levels }, target: Float64Array.from({ length: rows }, next) };
}

describe("out-of-fold target means", () => {
  it("of an unrelated target say nothing about it, where in-sample means would", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.constantFrom(0, 1, 20), (seed, smoothing) => {
        const { column, target } = unrelated(seed);
        const folds = foldByRow({ firstRow: 0, rowCount: target.length }, seed);
        const fitter = new TargetMeanFitter(smoothing, 1);
        fitter.add(column, [target], folds);
        const fitted = fitter.finish();
        const { encoder } = fitted;
        const outOfFold = fitted.outOfFold(column, folds);
        const positions = new Map(encoder.levels.map((level, position) => [level, position]));
        const inSample = Float64Array.from(column.codes, (code) => encoder.values[0][positions.get(column.levels[code])!]);
        expect(correlation(inSample, target)).toBeGreaterThan(0.4);
        // Four standard errors of a correlation of 4,000 unrelated pairs are 0.063.
        expect(Math.abs(correlation(outOfFold[0], target))).toBeLessThan(0.07);
      }),
      { numRuns: 30, seed: 11 },
    );
  });
});
