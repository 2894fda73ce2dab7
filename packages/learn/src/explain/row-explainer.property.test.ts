import fc from "fast-check";
import { expect, it } from "vitest";
import { matrixOf, modelOf, randomColumns, randomTrees } from "../trees/random-trees.test.data.js";
import { explainRaw } from "./explain.js";
import { prepareRowExplainer } from "./row-explainer.js";

const plans = fc.record({
  seed: fc.integer(),
  featureCount: fc.integer({ min: 1, max: 9 }),
  treeCount: fc.integer({ min: 0, max: 4 }),
  depth: fc.integer({ min: 0, max: 10 }),
  splitShare: fc.constantFrom(0.6, 0.85, 1),
  outputCount: fc.integer({ min: 1, max: 3 }),
  isVector: fc.boolean(),
  categoryShare: fc.constantFrom(0, 0.4),
  precision: fc.constantFrom("float64" as const, "float32" as const),
  zeroIsMissing: fc.boolean(),
});

/** More rows than any tables cost. */
const ANY = Number.POSITIVE_INFINITY;

it.each([
  ["WebAssembly", false],
  ["its twin", true],
])("effects on one row are those among very many rows, to the bit, in %s", (_, isPlain) => {
  fc.assert(
    fc.property(plans, (plan) => {
      const trees = randomTrees(plan);
      const matrix = matrixOf(randomColumns(plan.seed + 1, plan.featureCount, 4));
      const all = explainRaw(modelOf(trees), matrix, ANY);
      const steps = prepareRowExplainer(trees, isPlain);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      const width = all.outputCount * all.columnCount;
      for (let row = 0; row < matrix.rowCount; row++) {
        const effects = new Float64Array(width);
        step.value.explain(
          Float64Array.from(matrix.columns, (column) => column[row]),
          effects,
        );
        expect(step.value.base).toEqual(all.base);
        expect(effects).toEqual(all.effects.slice(row * width, (row + 1) * width));
      }
    }),
    { numRuns: 100 },
  );
});
