import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, LearnerName, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import { matrixOf, modelOf, randomColumns, randomTrees } from "../trees/random-trees.test.data.js";
import { explainRaw } from "./explain.js";
import { naiveShap } from "./naive-shap.test.data.js";
import { EnsembleExplainer } from "./prepare-explainer.js";

const kinds: [LearnerName, "number" | "two" | "three" | "none"][] = [
  ["gradientBoosting", "number"],
  ["gradientBoosting", "two"],
  ["gradientBoosting", "three"],
  ["randomForest", "number"],
  ["randomForest", "two"],
  ["randomForest", "three"],
  ["isolationForest", "none"],
];

function makeData(seed: number, featureCount: number, kind: string, rowCount = 60) {
  const random = createRandom(seed);
  const columns = Array.from({ length: featureCount }, () =>
    Float64Array.from({ length: rowCount }, () => (random.next() < 0.15 ? Number.NaN : random.integer(12))),
  );
  const values = Float64Array.from({ length: rowCount }, (_, row) => (columns[0][row] || 3) * 2 + random.integer(9));
  const codes = Int32Array.from({ length: rowCount }, (_, row) => (row < 3 ? row : random.integer(3)) % (kind === "two" ? 2 : 3));
  const classes = kind === "two" ? ["a", "b"] : ["a", "b", "c"];
  const target: Target | null =
    kind === "none" ? null : kind === "number" ? { kind: "number", values } : { kind: "class", codes, classes };
  return { matrix: { rowCount, columns, names: columns.map((_, column) => `column ${column}`) }, target };
}

describe.each(kinds)("SHAP values of %s for %s", (learner, kind) => {
  const small: Record<string, Record<string, number>> = {
    gradientBoosting: { trees: 3, leaves: 8, minLeafRows: 1 },
    randomForest: { trees: 3, depth: 6, minLeafRows: 1 },
    isolationForest: { trees: 3, rowsPerTree: 30 },
  };

  it("are those of the definition, missing values included", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, featureCount) => {
        const data = makeData(seed, featureCount, kind);
        const model = fitModel({ learner, parameters: small[learner] }, data, { seed });
        const { base, effects, outputCount } = explainRaw(model, data.matrix);
        for (const row of [0, 1, 2, 3]) {
          const values = data.matrix.columns.map((column) => column[row]);
          for (let output = 0; output < outputCount; output++) {
            const naive = naiveShap(model.trees, values, output);
            expect(base[output]).toBeCloseTo(naive.base, 10);
            for (const [feature, effect] of naive.effects.entries()) {
              expect(effects[(row * outputCount + output) * featureCount + feature]).toBeCloseTo(effect, 10);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("sum with the base to the raw output, within 1e-12 of it, on deep trees of many columns", () => {
    const data = makeData(7, 24, kind, 1_500);
    const deep: Record<string, Record<string, number>> = {
      gradientBoosting: { trees: 15, leaves: 200, minLeafRows: 1 },
      randomForest: { trees: 4, depth: -1, minLeafRows: 1 },
      isolationForest: { trees: 30 },
    };
    const model = fitModel({ learner, parameters: deep[learner] }, data);
    const some = { ...data.matrix, rowCount: 40, columns: data.matrix.columns.map((column) => column.subarray(0, 40)) };
    expect(worstGap(model, some)).toBeLessThan(1e-12);
  });
});

/** Largest distance of base + effects from the raw output, relative to the outputs' size. */
function worstGap(model: FittedModel, matrix: { rowCount: number; columns: Float64Array[]; names: string[] }): number {
  const raw = predictRaw(model, matrix);
  const { base, effects, outputCount, columnCount } = explainRaw(model, matrix);
  const size = Math.max(...raw.flatMap((values) => [...values].map(Math.abs)));
  let worst = 0;
  for (let row = 0; row < matrix.rowCount; row++) {
    for (let output = 0; output < outputCount; output++) {
      let sum = base[output];
      for (let column = 0; column < columnCount; column++) sum += effects[(row * outputCount + output) * columnCount + column];
      worst = Math.max(worst, Math.abs(sum - raw[output][row]) / size);
    }
  }
  return worst;
}

/** Enough for tables wherever they are possible. */
const MANY = 1e9;

const plans = fc.record({
  seed: fc.integer(),
  featureCount: fc.integer({ min: 1, max: 6 }),
  treeCount: fc.integer({ min: 1, max: 3 }),
  depth: fc.integer({ min: 0, max: 7 }),
  splitShare: fc.constantFrom(0.6, 0.85, 1),
  outputCount: fc.integer({ min: 1, max: 3 }),
  isVector: fc.boolean(),
  categoryShare: fc.constantFrom(0, 0.4),
  precision: fc.constantFrom("float64" as const, "float32" as const),
  zeroIsMissing: fc.boolean(),
});

describe.each<[string, number | undefined]>([
  ["by quadrature", undefined],
  ["by tables", MANY],
])("SHAP values of made-up trees, %s", (_, rowsInAll) => {
  it("are those of the definition, with sets of categories, ways without cover and features repeated on a path", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const trees = randomTrees(plan);
        const matrix = matrixOf(randomColumns(plan.seed + 1, plan.featureCount, 3));
        const { base, effects } = explainRaw(modelOf(trees), matrix, rowsInAll);
        for (let row = 0; row < matrix.rowCount; row++) {
          const values = matrix.columns.map((column) => column[row]);
          for (let output = 0; output < plan.outputCount; output++) {
            const naive = naiveShap(trees, values, output);
            expect(base[output]).toBeCloseTo(naive.base, 12);
            for (const [feature, effect] of naive.effects.entries())
              expect(effects[(row * plan.outputCount + output) * plan.featureCount + feature]).toBeCloseTo(effect, 12);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the kernels of SHAP", () => {
  it.each([3, 40_000])("give the bits of their twin (as for %i rows)", (rowsInAll) => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 130 }), (plan, rowCount) => {
        const trees = randomTrees(plan);
        const columns = randomColumns(plan.seed + 1, plan.featureCount, rowCount);
        const [fast, plain] = [false, true].map((isPlain) => {
          const effects = new Float64Array(rowCount * plan.featureCount * plan.outputCount);
          new EnsembleExplainer(trees, isPlain).explain(columns, rowCount, rowsInAll, effects);
          return effects;
        });
        expect(fast).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });
});

describe("explainRaw", () => {
  it("gives the same bits for parts of the rows as for all, whatever the parts", () => {
    const plan = { seed: 3, featureCount: 5, treeCount: 9, depth: 5, splitShare: 0.9, outputCount: 1 };
    const more = { isVector: false, categoryShare: 0.1, precision: "float64", zeroIsMissing: false } as const;
    const model = modelOf(randomTrees({ ...plan, ...more }));
    const columns = randomColumns(4, 5, 2_300);
    const all = explainRaw(model, matrixOf(columns));
    for (const [begin, end] of [
      [0, 1],
      [1, 900],
      [900, 2_300],
    ]) {
      const part = explainRaw(model, matrixOf(columns.map((column) => column.subarray(begin, end))), 2_300);
      expect(part.effects).toEqual(all.effects.slice(begin * 5, end * 5));
    }
  });

  it("explains a model without trees by its base alone", () => {
    const data = makeData(1, 2, "number", 4);
    const model = fitModel({ learner: "gradientBoosting", parameters: {} }, data);
    const { base, effects } = explainRaw(model, data.matrix);
    expect(base[0]).toBe(predictRaw(model, data.matrix)[0][0]);
    expect(effects.every((effect) => effect === 0)).toBe(true);
  });

  it("divides a split evenly where an imported tree has no cover", () => {
    const data = makeData(1, 1, "number", 4);
    const trees = {
      ...fitModel({ learner: "gradientBoosting", parameters: { trees: 1 } }, data).trees,
      rootByTree: Int32Array.of(0),
      outputByTree: Int32Array.of(0),
      featureByNode: Int32Array.of(0, -1, -1),
      thresholdByNode: Float64Array.of(5, 0, 0),
      leftByNode: Int32Array.of(1, -1, -1),
      rightByNode: Int32Array.of(2, -1, -1),
      missingLeftByNode: Uint8Array.of(0, 0, 0),
      valueByNode: Float64Array.of(0, -4, 8),
      coverByNode: new Float64Array(3),
      gainByNode: new Float64Array(3),
      baseByOutput: Float64Array.of(1),
    };
    const model = { ...fitModel({ learner: "gradientBoosting", parameters: {} }, data), trees };
    const { base, effects } = explainRaw(model, { rowCount: 2, columns: [Float64Array.of(3, 9)], names: ["a"] });
    expect(base[0]).toBe(3);
    expect([...effects]).toEqual([-6, 6]);
  });

  it("refuses another number of columns", () => {
    const data = makeData(1, 2, "number");
    const model = fitModel({ learner: "gradientBoosting", parameters: { trees: 1 } }, data);
    expect(() => explainRaw(model, makeData(1, 3, "number").matrix)).toThrow(
      expect.objectContaining({ code: "LEARN_FEATURE_COUNT_MISMATCH" }),
    );
  });
});
