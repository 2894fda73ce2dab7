import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockPredictor } from "./block-predictor.js";
import { predictRaw } from "./predict.js";
import { matrixOf, modelOf, randomColumns, randomTrees } from "./random-trees.test.data.js";
import { prepareRowPredictor } from "./row-predictor.js";
import { walkTrees, walkTreesOfRow } from "./walk-trees.js";

const plans = fc.record({
  seed: fc.integer(),
  featureCount: fc.integer({ min: 1, max: 6 }),
  treeCount: fc.integer({ min: 0, max: 9 }),
  depth: fc.integer({ min: 0, max: 11 }),
  splitShare: fc.constantFrom(0.6, 0.85, 0.97),
  outputCount: fc.integer({ min: 1, max: 3 }),
  isVector: fc.boolean(),
  categoryShare: fc.constantFrom(0, 0, 0.05, 0.4),
  precision: fc.constantFrom("float64" as const, "float32" as const),
  zeroIsMissing: fc.boolean(),
  isVaried: fc.boolean(),
});

describe.each([false, true])("predictions of made-up trees (twin: %s)", (isPlain) => {
  it("of blocks are those of a walk, to the bit", () => {
    let laidOut = 0;
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 70 }), (plan, rowCount) => {
        const trees = randomTrees(plan);
        const matrix = matrixOf(randomColumns(plan.seed + 1, plan.featureCount, rowCount));
        const block = BlockPredictor.of(trees, isPlain);
        if (block === null) return;
        laidOut++;
        const expected = walkTrees(trees, matrix, null);
        expect(block.predict(matrix)).toEqual(expected);
        // Again: nothing of the first rows is left.
        expect(block.predict(matrix)).toEqual(expected);
      }),
      { numRuns: 80 },
    );
    expect(laidOut).toBeGreaterThan(40);
  });

  it("of one row are those of a walk, to the bit", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const trees = randomTrees(plan);
        const predictor = prepareRowPredictor(trees, isPlain);
        expect(predictor).not.toBeNull();
        const columns = randomColumns(plan.seed + 1, plan.featureCount, 12);
        const expected = new Float64Array(plan.outputCount);
        const got = new Float64Array(plan.outputCount);
        for (let row = 0; row < 12; row++) {
          const values = Float64Array.from(columns, (column) => column[row]);
          walkTreesOfRow(trees, values, null, expected);
          predictor?.predict(values, got);
          expect(got).toEqual(expected);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe("predictRaw", () => {
  const plan = { seed: 9, featureCount: 3, treeCount: 6, depth: 6, splitShare: 0.9, outputCount: 1, isVector: false };
  const more = { categoryShare: 0, precision: "float64", zeroIsMissing: false, isVaried: true } as const;

  it("takes many rows in several blocks", () => {
    const trees = randomTrees({ ...plan, ...more });
    const matrix = matrixOf(randomColumns(1, 3, 5_000));
    expect(predictRaw(modelOf(trees), matrix)).toEqual(walkTrees(trees, matrix, null));
  });

  it("tells more than 65,535 thresholds of a feature apart", () => {
    const trees = randomTrees({ ...plan, ...more, treeCount: 110, depth: 10, splitShare: 1, featureCount: 1 });
    const matrix = matrixOf(randomColumns(1, 1, 200));
    const block = BlockPredictor.of(trees);
    expect(block?.predict(matrix)).toEqual(walkTrees(trees, matrix, null));
  });

  it("walks where float32 sums start from a number that is none", () => {
    const trees = { ...randomTrees({ ...plan, ...more, precision: "float32" }), baseByOutput: Float64Array.of(0.1) };
    expect(BlockPredictor.of(trees)).toBeNull();
    expect(prepareRowPredictor(trees)).toBeNull();
    const matrix = matrixOf(randomColumns(1, 3, 500));
    expect(predictRaw(modelOf(trees), matrix)).toEqual(walkTrees(trees, matrix, null));
  });
});
