import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import type { FittedModel, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import type { ParameterValue } from "../tune/resolve-parameters.js";

type Values = Record<string, ParameterValue>;
const fit = (parameters: Values, data: TrainingData, options: FitOptions = {}): FittedModel =>
  fitModel({ learner: "gradientBoosting", parameters }, data, options);
const matrixOf = (columns: readonly Float64Array[], categoryCounts?: readonly (number | null)[]) => ({
  rowCount: columns[0].length,
  columns,
  names: columns.map((_, column) => `column ${column}`),
  ...(categoryCounts === undefined ? {} : { categoryCounts }),
});
const numbers = (values: Float64Array): Target => ({ kind: "number", values });
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

const ROWS = 3_000;
const random = createRandom(41);
const drawn = (draw: () => number): Float64Array => Float64Array.from({ length: ROWS }, draw);
const first = drawn(() => random.next());
const second = drawn(() => random.next());

describe("native categories", () => {
  const codes = drawn(() => (random.next() < 0.05 ? Number.NaN : random.integer(40)));
  const effect = (code: number): number => (Number.isNaN(code) ? 7 : (code * 17) % 5);
  const target = numbers(codes.map((code, row) => effect(code) + first[row]));
  const matrix = matrixOf([codes, first], [40, null]);

  it("part levels by sets, and missing values as one more level", () => {
    const model = fit({ trees: 60, leaves: 8, categoryL2: 0, categorySmoothing: 1 }, { matrix, target });
    expect(model.trees.categorySetByNode.some((set) => set >= 0)).toBe(true);
    const [raw] = predictRaw(model, matrix);
    const errors = raw.map((value, row) => Math.abs(value - (target as { values: Float64Array }).values[row]));
    expect(mean(errors)).toBeLessThan(0.1);
  });

  it("answer the mean of the rows in each leaf, whatever the leaf's size", () => {
    const parameters = { trees: 1, leaves: 60, learningRate: 1, minLeafRows: 5, categoryL2: 0, categorySmoothing: 0 };
    const model = fit(parameters, { matrix, target });
    const [raw] = predictRaw(model, matrix);
    const { values } = target as { values: Float64Array };
    const rowsByAnswer = new Map<number, number[]>();
    for (const [row, answer] of raw.entries()) rowsByAnswer.set(answer, [...(rowsByAnswer.get(answer) ?? []), values[row]]);
    expect(rowsByAnswer.size).toBeGreaterThan(40);
    for (const [answer, rows] of rowsByAnswer) {
      expect(rows.length).toBeGreaterThanOrEqual(5);
      expect(answer).toBeCloseTo(mean(rows), 5);
    }
  });

  it("treat a level that no training row has as a missing one", () => {
    const model = fit({ trees: 20, minLeafRows: 5 }, { matrix: matrixOf([codes, first], [50, null]), target });
    const [raw] = predictRaw(model, matrixOf([Float64Array.of(Number.NaN, 45, 1e6, -1), Float64Array.of(0.5, 0.5, 0.5, 0.5)]));
    expect([...raw]).toEqual([raw[0], raw[0], raw[0], raw[0]]);
  });

  it("have more levels than bins", () => {
    const many = drawn(() => random.integer(1_000));
    const wide = matrixOf([many, first], [1_000, null]);
    const model = fit({ trees: 30, bins: 20 }, { matrix: wide, target: numbers(many.map((code) => (code < 500 ? 0 : 5))) });
    const [raw] = predictRaw(model, wide);
    expect(raw.every(Number.isFinite)).toBe(true);
  });
});

describe("losses of a number", () => {
  const noisy = first.map((value) => 10 * value + (random.next() < 0.1 ? 500 : random.next()));
  const data = { matrix: matrixOf([first, second]), target: numbers(noisy) };

  it("absolute answers the median, quantile a quantile, both untouched by outliers", () => {
    const share = (parameters: Values): number => {
      const [raw] = predictRaw(fit({ trees: 100, leaves: 8, ...parameters }, data), data.matrix);
      return mean(raw.map((value, row) => (noisy[row] <= value ? 1 : 0)));
    };
    expect(share({ loss: "absolute" })).toBeCloseTo(0.5, 1);
    expect(share({ loss: "quantile", quantile: 0.8 })).toBeCloseTo(0.8, 1);
    expect(share({ loss: "squared" })).toBeGreaterThan(0.85);
  });

  it("huber bends outliers down", () => {
    const [raw] = predictRaw(fit({ trees: 100, leaves: 8, loss: "huber" }, data), data.matrix);
    expect(mean(raw.map((value, row) => Math.abs(value - 10 * first[row] - 0.5)))).toBeLessThan(1);
  });

  it("weights count in quantiles too", () => {
    const weights = noisy.map((value) => (value > 100 ? 0.001 : 1));
    const [raw] = predictRaw(fit({ trees: 50, loss: "quantile", quantile: 0.95 }, { ...data, weights }), data.matrix);
    expect(Math.max(...raw)).toBeLessThan(60);
  });

  it("are refused for classes", () => {
    const target: Target = {
      kind: "class",
      codes: Int32Array.from(first, (value) => (value > 0.5 ? 1 : 0)),
      classes: ["a", "b"],
    };
    expect(() => fit({ loss: "huber" }, { ...data, target })).toThrow(expect.objectContaining({ code: "LEARN_LOSS_OF_CLASSES" }));
  });
});

describe("monotone constraints", () => {
  const wavy = first.map((value, row) => value + 0.8 * Math.sin(20 * value) + second[row]);
  const data = { matrix: matrixOf([first, second]), target: numbers(wavy) };
  const answersAlong = (model: FittedModel): Float64Array => {
    const steps = Float64Array.from({ length: 500 }, (_, step) => step / 500);
    return predictRaw(model, matrixOf([steps, new Float64Array(500).fill(0.5)]))[0];
  };

  it.each([
    ["increasing", 1],
    ["decreasing", -1],
  ])("keep the answer %s", (direction, sign) => {
    const answers = answersAlong(fit({ trees: 60, monotone: JSON.stringify({ "column 0": direction }) }, data));
    for (let step = 1; step < 500; step++) expect(sign * (answers[step] - answers[step - 1])).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['{"colum 0":"increasing"}', 'did you mean "column 0"'],
    ['{"column 0":"up"}', "is no direction"],
    ["increasing", "no JSON object"],
  ])("refuses %s", (monotone, message) => {
    expect(() => fit({ monotone }, data)).toThrow(
      expect.objectContaining({ code: "LEARN_MONOTONE_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

describe("regularisation, growth and balance", () => {
  const data = { matrix: matrixOf([first, second]), target: numbers(first.map((value, row) => value + second[row])) };

  it("l1 shrinks small leaves to nothing", () => {
    const free = fit({ trees: 1 }, data).trees;
    const sparse = fit({ trees: 1, l1: 60 }, data).trees;
    const size = (values: Float64Array) => Math.max(...values.map(Math.abs));
    expect(size(sparse.valueByNode)).toBeLessThan(size(free.valueByNode));
    expect(fit({ trees: 3, l1: 1e6 }, data).trees.featureByNode.every((feature) => feature < 0)).toBe(true);
  });

  it("grows level by level to a depth, without a limit of leaves", () => {
    const { trees } = fit({ trees: 1, growth: "depthWise", depth: 4, leaves: 3, minLeafRows: 1 }, data);
    expect(trees.featureByNode.filter((feature) => feature < 0).length).toBe(16);
  });

  it("counts the rows of a leaf exactly where hessians are no counts", () => {
    const sure = Int32Array.from(first, (value) => (value + 0.02 * random.next() > 0.5 ? 1 : 0));
    const target: Target = { kind: "class", codes: sure, classes: ["no", "yes"] };
    const { trees } = fit({ trees: 80, minLeafRows: 37, minLeafHessian: 0 }, { ...data, target });
    const covers = trees.coverByNode.filter((_, node) => trees.featureByNode[node] < 0);
    expect(Math.min(...covers)).toBeGreaterThanOrEqual(37);
  });

  it("balances classes", () => {
    const rare = Int32Array.from(first, (value) => (value > 0.8 && random.next() < 0.3 ? 1 : 0));
    const target: Target = { kind: "class", codes: rare, classes: ["no", "yes"] };
    const level = (balance: boolean): number => mean(predictRaw(fit({ trees: 1, balance }, { ...data, target }), data.matrix)[0]);
    expect(level(false)).toBeLessThan(-1.5);
    expect(Math.abs(level(true))).toBeLessThan(0.5);
    expect(() => fit({ balance: true }, data)).toThrow(expect.objectContaining({ code: "LEARN_BALANCE_OF_NUMBERS" }));
  });
});

describe("continued training", () => {
  const data = {
    matrix: matrixOf([first, second]),
    target: numbers(first.map((value, row) => Math.sin(9 * value) + second[row])),
  };

  it("goes on where the model ended", () => {
    const whole = fit({ trees: 20 }, data);
    const half = fit({ trees: 10 }, data);
    const both = fit({ trees: 10 }, data, { continueFrom: half });
    expect(both.trees.rootByTree).toEqual(whole.trees.rootByTree);
    expect(both.trees.featureByNode).toEqual(whole.trees.featureByNode);
    const [one, other] = [predictRaw(whole, data.matrix)[0], predictRaw(both, data.matrix)[0]];
    expect(Math.max(...one.map((value, row) => Math.abs(value - other[row])))).toBeLessThan(1e-6);
  });

  it("keeps category sets of the model that it continues", () => {
    const codes = drawn(() => random.integer(30));
    const categories = { matrix: matrixOf([codes, first], [30, null]), target: numbers(codes.map((code) => (code * 7) % 4)) };
    const start = fit({ trees: 3 }, categories);
    const more = fit({ trees: 2 }, categories, { continueFrom: start });
    const wordsOf = ({ trees }: FittedModel, node: number): Int32Array => {
      const set = trees.categorySetByNode[node];
      return trees.categoryWords.slice(trees.categorySetStart[set], trees.categorySetStart[set + 1]);
    };
    const isSplitBySet = start.trees.categorySetByNode.map((set) => (set >= 0 ? 1 : 0));
    expect(isSplitBySet.includes(1)).toBe(true);
    isSplitBySet.forEach((isSet, node) => {
      if (isSet === 1) expect(wordsOf(more, node)).toEqual(wordsOf(start, node));
    });
    expect(more.trees.rootByTree.length).toBe(5);
  });

  it("is refused for another kind of model", () => {
    const model = fit({ trees: 1 }, data);
    const refused = expect.objectContaining({ code: "LEARN_CONTINUE_MISMATCH" });
    expect(() => fit({ trees: 1 }, { ...data, matrix: matrixOf([first]) }, { continueFrom: model })).toThrow(refused);
    expect(() => fit({ trees: 1, fitOn: "log1p" }, { ...data, target: numbers(first) }, { continueFrom: model })).toThrow(
      refused,
    );
    const forest = fitModel({ learner: "randomForest", parameters: { trees: 1 } }, data);
    expect(() => fit({ trees: 1 }, data, { continueFrom: forest })).toThrow(refused);
  });
});
