import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binMatrix } from "../binning/binned-matrix.js";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { ClassStatistics } from "./class-statistics.js";
import { EnsembleBuilder } from "./ensemble-builder.js";
import { TreeGrower } from "./tree-grower.js";

const missing = Number.NaN;
const cell = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 6 }) }, { weight: 1, arbitrary: fc.constant(missing) });
/** Whole-numbered targets whose sums are exact, so that equal gains are equal to the bit. */
const table = fc
  .record({ rows: fc.integer({ min: 2, max: 40 }), columns: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      columns: fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), { minLength: columns, maxLength: columns }),
      target: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: rows, maxLength: rows }),
      minLeafRows: fc.integer({ min: 1, max: 4 }),
    }),
  );

interface NaiveSplit {
  gain: number;
  goesLeft: boolean[];
}

/** Every split of every column by the definition: all thresholds, missing values on either side. */
function naiveSplits(columns: number[][], score: (rows: number[]) => number, minLeafRows: number): NaiveSplit[] {
  const all = columns[0].map((_, row) => row);
  return columns.flatMap((values) => {
    const present = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);
    return present.flatMap((threshold) =>
      [false, true].flatMap((missingLeft) => {
        const goesLeft = values.map((value) => (Number.isNaN(value) ? missingLeft : value <= threshold));
        const left = all.filter((row) => goesLeft[row]);
        const right = all.filter((row) => !goesLeft[row]);
        if (left.length < minLeafRows || right.length < minLeafRows) return [];
        return [{ gain: score(left) + score(right) - score(all), goesLeft }];
      }),
    );
  });
}

function expectBestRootSplit(model: FittedModel, columns: number[][], splits: NaiveSplit[]): void {
  const best = Math.max(1e-9, ...splits.map((split) => split.gain));
  const { featureByNode, gainByNode, thresholdByNode, missingLeftByNode } = model.trees;
  if (model.trees.rootByTree.length === 0 || featureByNode[0] < 0) {
    expect(best).toBeLessThan(1e-6);
    return;
  }
  expect(gainByNode[0]).toBeCloseTo(best, 6);
  const goesLeft = columns[featureByNode[0]].map((value) =>
    Number.isNaN(value) ? missingLeftByNode[0] === 1 : value <= thresholdByNode[0],
  );
  const same = splits.find((split) => split.goesLeft.every((isLeft, row) => isLeft === goesLeft[row]));
  expect(same?.gain).toBeCloseTo(best, 6);
}

const matrixOf = (columns: number[][]) => ({
  rowCount: columns[0].length,
  columns: columns.map((values) => Float64Array.from(values)),
  names: columns.map((_, index) => `column ${index}`),
});

/** One class tree with a single split, without a bootstrap. */
function growGini(columns: number[][], codes: Int32Array, minLeafRows: number): FittedModel {
  const matrix = matrixOf(columns);
  const statistics = new ClassStatistics(codes, new Float64Array(codes.length).fill(1), 3);
  const limits = { leaves: 0, depth: 1, minLeafRows, minGain: 0, featuresPerSplit: columns.length };
  const builder = new EnsembleBuilder(columns.length, new Float64Array(3), 3);
  const root = builder.startTree(-1);
  new TreeGrower(binMatrix(matrix, 255), statistics, limits).grow(builder, root, {
    rows: Int32Array.from(codes, (_, row) => row),
    rowCount: codes.length,
    features: Int32Array.from(columns, (_, feature) => feature),
    random: createRandom(1),
    noise: 1e-12,
  });
  return {
    learner: "randomForest",
    parameters: {},
    trees: builder.finish(),
    space: "probability",
    classes: ["a", "b", "c"],
    isolation: null,
    linear: null,
  };
}

describe("the split search", () => {
  it("finds the best split that an exhaustive search finds, for a number", () => {
    fc.assert(
      fc.property(table, ({ columns, target, minLeafRows }) => {
        const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
        const score = (rows: number[]): number => rows.reduce((sum, row) => sum + target[row] - mean, 0) ** 2 / rows.length;
        const parameters = { trees: 1, leaves: 2, minLeafRows, learningRate: 1 };
        const numbers: Target = { kind: "number", values: Float64Array.from(target) };
        const data = { matrix: matrixOf(columns), target: numbers };
        expectBestRootSplit(
          fitModel({ learner: "gradientBoosting", parameters }, data),
          columns,
          naiveSplits(columns, score, minLeafRows),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("finds the best split that an exhaustive search finds, for three classes", () => {
    fc.assert(
      fc.property(table, ({ columns, target, minLeafRows }) => {
        const codes = Int32Array.from(target, (value) => Math.abs(value) % 3);
        fc.pre(new Set(codes).size > 1);
        const shares = (rows: number[]): number =>
          [0, 1, 2].reduce((sum, code) => sum + rows.filter((row) => codes[row] === code).length ** 2, 0) / rows.length;
        const splits = naiveSplits(columns, shares, minLeafRows);
        expectBestRootSplit(growGini(columns, codes, minLeafRows), columns, splits);
      }),
      { numRuns: 300 },
    );
  });
});
