import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, LearnerName, Target, TreeEnsemble } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import { explainRaw } from "./explain.js";

/** Expected output of one tree when only the features of `known` are seen: unseen splits are averaged by cover. */
function expected(trees: TreeEnsemble, node: number, row: number[], known: number, output: number): number {
  const feature = trees.featureByNode[node];
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  if (feature < 0) return trees.valueByNode[node * perNode + output];
  const sides = [trees.leftByNode[node], trees.rightByNode[node]];
  if (known & (1 << feature)) {
    const value = row[feature];
    const isLeft = Number.isNaN(value) ? trees.missingLeftByNode[node] === 1 : value <= trees.thresholdByNode[node];
    return expected(trees, sides[isLeft ? 0 : 1], row, known, output);
  }
  const [left, right] = sides.map((side) => trees.coverByNode[side] * expected(trees, side, row, known, output));
  return (left + right) / trees.coverByNode[node];
}

/** Shapley values by their definition: a sum over all subsets of features. */
function naiveShap(trees: TreeEnsemble, row: number[], output: number): { base: number; effects: number[] } {
  const { featureCount } = trees;
  const factorial = (number: number): number => (number <= 1 ? 1 : number * factorial(number - 1));
  const answer = (known: number): number => {
    let sum = trees.baseByOutput[output];
    for (const [tree, root] of trees.rootByTree.entries()) {
      const only = trees.outputByTree[tree];
      if (only < 0) sum += expected(trees, root, row, known, output);
      else if (only === output) sum += expected(trees, root, row, known, 0);
    }
    return sum;
  };
  const answers = Array.from({ length: 1 << featureCount }, (_, known) => answer(known));
  const effects = Array.from({ length: featureCount }, (_, feature) => {
    let effect = 0;
    for (let known = 0; known < answers.length; known++) {
      if (known & (1 << feature)) continue;
      let size = 0;
      for (let other = 0; other < featureCount; other++) size += (known >> other) & 1;
      const weight = (factorial(size) * factorial(featureCount - size - 1)) / factorial(featureCount);
      effect += weight * (answers[known | (1 << feature)] - answers[known]);
    }
    return effect;
  });
  return { base: answers[0], effects };
}

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

  it("sum with the base to the raw output, within 1e-11 of it, on deep trees of many columns", () => {
    const data = makeData(7, 24, kind, 1_500);
    const deep: Record<string, Record<string, number>> = {
      gradientBoosting: { trees: 15, leaves: 200, minLeafRows: 1 },
      randomForest: { trees: 4, depth: -1, minLeafRows: 1 },
      isolationForest: { trees: 30 },
    };
    const model = fitModel({ learner, parameters: deep[learner] }, data);
    const some = { ...data.matrix, rowCount: 40, columns: data.matrix.columns.map((column) => column.subarray(0, 40)) };
    expect(worstGap(model, some)).toBeLessThan(1e-11);
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

describe("explainRaw", () => {
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
