import { describe, expect, it } from "vitest";
import { explainRaw } from "../explain/explain.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import type { ParameterValue } from "../tune/resolve-parameters.js";
import { fitModel } from "./fit-model.js";
import type { TrainingData } from "./fit-options.js";
import type { LearnerName, Target } from "./model.js";

const matrixOf = (...columns: ArrayLike<number>[]) => ({
  rowCount: columns[0]?.length ?? 0,
  columns: columns.map((values) => Float64Array.from(values)),
  names: columns.map((_, index) => `column ${index}`),
});
const numbers = (...values: number[]): Target => ({ kind: "number", values: Float64Array.from(values) });
const codes = (...values: number[]): Target => ({ kind: "class", codes: Int32Array.from(values), classes: ["no", "yes"] });
const fit = (learner: LearnerName, data: TrainingData, parameters: Record<string, ParameterValue> = {}) =>
  fitModel({ learner, parameters }, data);
const trained: LearnerName[] = ["gradientBoosting", "randomForest"];
const matrix = matrixOf([1, 2, 3, 4]);

describe.each(trained)("%s refuses", (learner) => {
  const data = (change: Partial<TrainingData>): TrainingData => ({ matrix, target: numbers(1, 2, 3, 4), ...change });

  it.each<[string, TrainingData]>([
    ["LEARN_TARGET_MISSING", data({ target: null })],
    ["LEARN_TARGET_NOT_FINITE", data({ target: numbers(1, Number.NaN, 3, 4) })],
    ["LEARN_TARGET_NOT_FINITE", data({ target: numbers(1, 2, Infinity, 4) })],
    ["LEARN_TARGET_TOO_LARGE", data({ target: numbers(1, 2, 3, -1e300) })],
    ["LEARN_TARGET_ONE_CLASS", data({ target: codes(1, 1, 1, 1) })],
    ["LEARN_TARGET_ONE_CLASS", data({ target: codes(0, 1, 1, 1), weights: Float64Array.of(0, 1, 1, 1) })],
    ["LEARN_TARGET_CLASS_UNKNOWN", data({ target: codes(0, 1, 2, 0) })],
    ["LEARN_TARGET_CLASS_UNKNOWN", data({ target: codes(0, 1, -1, 0) })],
    ["LEARN_ROW_COUNTS_DIFFER", data({ target: numbers(1, 2, 3) })],
    ["LEARN_ROW_COUNTS_DIFFER", data({ weights: Float64Array.of(1, 1) })],
    ["LEARN_WEIGHT_INVALID", data({ weights: Float64Array.of(1, 1, -1, 1) })],
    ["LEARN_WEIGHT_INVALID", data({ weights: Float64Array.of(1, 1, Number.NaN, 1) })],
    ["LEARN_WEIGHT_INVALID", data({ weights: Float64Array.of(1, 1, Infinity, 1) })],
    ["LEARN_WEIGHTS_ALL_ZERO", data({ weights: new Float64Array(4) })],
    ["LEARN_NO_FEATURES", data({ matrix: { rowCount: 4, columns: [], names: [] } })],
    ["LEARN_TOO_FEW_ROWS", data({ matrix: matrixOf([]), target: numbers() })],
    ["LEARN_FEATURE_NOT_FINITE", data({ matrix: matrixOf([1, 2, 3, Infinity]) })],
  ])("with %s", (code, bad) => {
    expect(() => fit(learner, bad)).toThrow(expect.objectContaining({ code }));
  });

  it("log1p of classes", () => {
    expect(() => fit(learner, data({ target: codes(0, 1, 0, 1) }), { fitOn: "log1p" })).toThrow(
      expect.objectContaining({ code: "LEARN_LOG_OF_CLASSES" }),
    );
  });
});

describe("random forest refuses", () => {
  it("to balance numbers", () => {
    expect(() => fit("randomForest", { matrix, target: numbers(1, 2, 3, 4) }, { balance: true })).toThrow(
      expect.objectContaining({ code: "LEARN_BALANCE_OF_NUMBERS" }),
    );
  });
});

describe("isolation forest refuses", () => {
  it.each([
    ["LEARN_NOTHING_VARIES", matrixOf([2, 2, 2], [Number.NaN, Number.NaN, 5])],
    ["LEARN_TOO_FEW_ROWS", matrixOf([2])],
    ["LEARN_NO_FEATURES", { rowCount: 3, columns: [], names: [] }],
    ["LEARN_FEATURE_NOT_FINITE", matrixOf([2, -Infinity, 3])],
    ["LEARN_FEATURE_NOT_FINITE", matrixOf([2, Infinity, 3])],
  ])("with %s", (code, bad) => {
    expect(() => fit("isolationForest", { matrix: bad, target: null })).toThrow(expect.objectContaining({ code }));
  });
});

describe("odd data gives a sensible model", () => {
  const random = createRandom(3);
  const many = Float64Array.from({ length: 500 }, () => random.next());
  const target = numbers(...many.map((value) => (value > 0.5 ? 10 : -10)));
  const odd = {
    "a feature with one value": many.map(() => 7),
    "a feature that is missing throughout": many.map(() => Number.NaN),
    "huge values": many.map((value) => (value - 0.5) * 1e300),
    "the largest doubles": many.map((value) => (value > 0.5 ? Number.MAX_VALUE : -Number.MAX_VALUE)),
    "the smallest doubles": many.map((value) => (value > 0.5 ? 5e-324 : -5e-324)),
  };

  it.each(Object.entries(odd))("beside %s, for every learner", (_name, column) => {
    const both = matrixOf(column, many);
    for (const learner of [...trained, "isolationForest" as const]) {
      const model = fit(learner, { matrix: both, target: learner === "isolationForest" ? null : target }, { trees: 20 });
      const { trees } = model;
      for (const values of [trees.thresholdByNode, trees.valueByNode, trees.coverByNode, trees.gainByNode]) {
        expect(values.every(Number.isFinite)).toBe(true);
      }
      const { base, effects } = explainRaw(model, both);
      const [raw] = predictRaw(model, both);
      for (let row = 0; row < 500; row++) {
        expect(base[0] + effects[2 * row] + effects[2 * row + 1]).toBeCloseTo(raw[row], 9);
      }
    }
  });

  it.each(trained)("%s answers a constant target exactly", (learner) => {
    const constant: Target = { kind: "number", values: new Float64Array(500).fill(0.1) };
    const model = fit(learner, { matrix: matrixOf(many), target: constant });
    expect(model.trees.featureByNode.every((feature) => feature < 0)).toBe(true);
    expect(predictRaw(model, matrixOf([0.3, Number.NaN]))[0]).toEqual(Float64Array.of(0.1, 0.1));
  });

  it.each(trained)("%s answers the mean where a leaf needs more rows than there are", (learner) => {
    const model = fit(learner, { matrix, target: numbers(1, 2, 3, 6) }, { minLeafRows: 4, trees: 400 });
    expect(predictRaw(model, matrixOf([1, 9]))[0][1]).toBeCloseTo(3, learner === "randomForest" ? 0 : 12);
    expect(model.trees.featureByNode.every((feature) => feature < 0)).toBe(true);
  });

  it.each(trained)("%s learns from missing values alone", (learner) => {
    const holes = many.map((value) => (value > 0.5 ? Number.NaN : 1));
    const model = fit(learner, { matrix: matrixOf(holes), target }, { trees: 100 });
    const [raw] = predictRaw(model, matrixOf([1, Number.NaN, 1e308]));
    expect(raw[0]).toBeCloseTo(-10, 2);
    expect(raw[1]).toBeCloseTo(10, 2);
    expect(raw[2]).toBe(raw[0]);
  });
});

describe("sizes", () => {
  const random = createRandom(12);

  it.each(trained)("%s says how much memory it needs and how much there is, before it takes any", (learner) => {
    const column = Float64Array.from({ length: 500_000 }, () => random.next());
    const wide = { rowCount: column.length, columns: Array.from({ length: 5_000 }, () => column), names: [] };
    const target: Target = { kind: "number", values: column };
    expect(() => fit(learner, { matrix: wide, target })).toThrow(
      expect.objectContaining({
        code: "LEARN_TRAINING_MEMORY",
        details: { neededBytes: expect.any(Number), availableBytes: expect.any(Number) },
        message: expect.stringMatching(/^Training needs [\d,]+ MiB of memory, but there are [\d,]+ MiB\.$/),
      }),
    );
  });

  it.each(trained)("%s takes 5,000 features", (learner) => {
    const columns = Array.from({ length: 5_000 }, () => Float64Array.from({ length: 60 }, () => random.next()));
    const values = columns[4_321].map((value) => (value > 0.5 ? 9 : -9));
    const wide = matrixOf(...columns);
    const model = fit(learner, { matrix: wide, target: { kind: "number", values } }, { trees: 5, minLeafRows: 1 });
    expect(predictRaw(model, wide)[0].every((value, row) => Math.sign(value) === Math.sign(values[row]))).toBe(true);
  });
});
