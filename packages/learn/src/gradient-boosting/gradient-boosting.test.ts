import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { FittedModel, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";

const matrixOf = (...columns: ArrayLike<number>[]) => ({
  rowCount: columns[0].length,
  columns: columns.map((values) => Float64Array.from(values)),
  names: columns.map((_, index) => `column ${index}`),
});
const numbers = (values: ArrayLike<number>): Target => ({ kind: "number", values: Float64Array.from(values) });
const classes = (codes: ArrayLike<number>, ...names: string[]): Target => ({
  kind: "class",
  codes: Int32Array.from(codes),
  classes: names,
});
const fit = (parameters: Record<string, number | string>, data: TrainingData, options = {}): FittedModel =>
  fitModel({ learner: "gradientBoosting", parameters }, data, options);

/** A step, a slope and an interaction with noise; one column with missing values that mean something. */
function houses(rowCount: number, seed: number): { data: TrainingData; truth: Float64Array } {
  const random = createRandom(seed);
  const column = () => Float64Array.from({ length: rowCount }, () => random.next());
  const columns = [column(), column(), column(), column()];
  for (let row = 0; row < rowCount; row++) if (random.next() < 0.2) columns[3][row] = Number.NaN;
  const truth = Float64Array.from({ length: rowCount }, (_, row) => {
    const extra = Number.isNaN(columns[3][row]) ? 3 : columns[3][row];
    return (columns[0][row] > 0.6 ? 2 : 0) + columns[1][row] * columns[2][row] * 4 + extra;
  });
  const values = truth.map((value) => value + 0.2 * (random.next() - 0.5));
  return { data: { matrix: matrixOf(...columns), target: numbers(values) }, truth };
}

const rmse = (one: Float64Array, other: Float64Array): number =>
  Math.sqrt(one.reduce((sum, value, row) => sum + (value - other[row]) ** 2, 0) / one.length);

describe("gradient boosting of a number", () => {
  it("learns steps, slopes, interactions and what a missing value means", () => {
    const model = fit({ trees: 200, leaves: 16 }, houses(4_000, 1).data);
    const test = houses(2_000, 2);
    const [predicted] = predictRaw(model, test.data.matrix);
    expect(rmse(predicted, test.truth)).toBeLessThan(0.08);
    expect(model.space).toBe("value");
  });

  it("fits log1p of the target when told so", () => {
    const { data } = houses(2_000, 3);
    const model = fit({ trees: 50, fitOn: "log1p" }, data);
    const [predicted] = predictRaw(model, data.matrix);
    const target = data.target as { values: Float64Array };
    expect(model.space).toBe("log1p");
    expect(rmse(predicted.map(Math.expm1), target.values)).toBeLessThan(0.3);
    expect(() => fit({ fitOn: "log1p" }, { matrix: matrixOf([1, 2]), target: numbers([3, -1]) })).toThrow(
      expect.objectContaining({ code: "LEARN_TARGET_BELOW_LOG", details: { row: 1, value: -1 } }),
    );
  });

  it("gives the same model for the same seed, and another for another when rows or columns are sampled", () => {
    const { data } = houses(1_000, 4);
    const sampled = { trees: 10, rowShare: 0.5, columnShare: 0.5 };
    expect(fit(sampled, data, { seed: 5 })).toEqual(fit(sampled, data, { seed: 5 }));
    expect(fit(sampled, data, { seed: 5 }).trees).not.toEqual(fit(sampled, data, { seed: 6 }).trees);
    expect(fit({ trees: 10 }, data, { seed: 5 })).toEqual(fit({ trees: 10 }, data, { seed: 6 }));
  });

  it("still learns from samples of rows and columns: rows left out keep their scores up to date", () => {
    const { data } = houses(4_000, 1);
    const test = houses(2_000, 2);
    const [predicted] = predictRaw(fit({ trees: 300, leaves: 16, rowShare: 0.5, columnShare: 0.7 }, data), test.data.matrix);
    expect(rmse(predicted, test.truth)).toBeLessThan(0.1);
  });

  it("treats a weight of two as a row that occurs twice, and a weight of zero as a row that is not there", () => {
    const { data } = houses(600, 7);
    const target = data.target as { values: Float64Array };
    // Few values, all of them in rows that count: both runs cut the same bins.
    for (const values of data.matrix.columns) for (let row = 0; row < 600; row++) values[row] = Math.round(values[row] * 12);
    const weights = Float64Array.from({ length: 600 }, (_, row) => row % 3);
    const repeated = Array.from({ length: 600 }, (_, row) => Array<number>(row % 3).fill(row)).flat();
    const pick = (values: Float64Array) => repeated.map((row) => values[row]);
    const limits = { trees: 5, minLeafRows: 1, leaves: 6 };
    const weighted = fit(limits, { ...data, weights });
    const doubled = fit(limits, { matrix: matrixOf(...data.matrix.columns.map(pick)), target: numbers(pick(target.values)) });
    const rows = data.matrix;
    const [one] = predictRaw(weighted, rows);
    const [other] = predictRaw(doubled, rows);
    // Gradients are rounded to parts of 2^-22 or so, with other units in the two fits.
    expect(rmse(one, other)).toBeLessThan(1e-7);
    expect(weighted.trees.coverByNode[0]).toBe(600);
  });

  it("shrinks with l2, stops at minGain, keeps minLeafRows and depth", () => {
    const { data } = houses(1_000, 8);
    const free = fit({ trees: 1, minLeafRows: 1 }, data).trees;
    const shrunk = fit({ trees: 1, l2: 1e6, minLeafRows: 1 }, data).trees;
    const largest = (values: Float64Array) => Math.max(...values.map(Math.abs));
    expect(largest(shrunk.valueByNode)).toBeLessThan(largest(free.valueByNode) / 100);
    expect(fit({ trees: 5, minGain: 1e9 }, data).trees.rootByTree.length).toBe(0);
    const wide = fit({ trees: 3, minLeafRows: 200 }, data).trees;
    expect(Math.min(...wide.coverByNode)).toBeGreaterThanOrEqual(200);
    expect(fit({ trees: 1, depth: 1 }, data).trees.featureByNode.length).toBe(3);
  });

  it("stops early where the validation loss turns, and keeps the best round", () => {
    const random = createRandom(9);
    const noise = () => Float64Array.from({ length: 300 }, () => random.next());
    const data = { matrix: matrixOf(noise()), target: numbers(noise()) };
    const validation = { matrix: matrixOf(noise()), target: numbers(noise()) };
    const rounds: number[] = [];
    const options = { earlyStoppingRounds: 10, onProgress: (done: number) => rounds.push(done) };
    const model = fit({ trees: 500, minLeafRows: 2 }, { ...data, validation }, options);
    expect(rounds.length).toBeLessThan(60);
    expect(rounds.length - model.trees.rootByTree.length).toBe(10);
    expect(model.parameters.trees).toBe(500);
    expect(fit({ trees: 40 }, { ...data, validation }).trees.rootByTree.length).toBe(40);
  });

  it("can be stopped between rounds, with a code", () => {
    let asked = 0;
    const shouldStop = (): boolean => ++asked === 3;
    expect(() => fit({ trees: 50 }, houses(200, 1).data, { shouldStop })).toThrow(
      expect.objectContaining({ code: "LEARN_FIT_STOPPED", details: { done: 3, total: 50 } }),
    );
  });
});

describe("gradient boosting of classes", () => {
  const random = createRandom(21);
  const first = Float64Array.from({ length: 3_000 }, () => random.next() * 4 - 2);
  const second = Float64Array.from({ length: 3_000 }, () => random.next() * 4 - 2);
  const matrix = matrixOf(first, second);

  it("gives log-odds of the second of two classes that match the true probabilities", () => {
    const probability = first.map((value, row) => 1 / (1 + Math.exp(-2 * value + second[row] ** 2)));
    const target = classes(
      probability.map((share) => (random.next() < share ? 1 : 0)),
      "no",
      "yes",
    );
    const model = fit({ trees: 60, leaves: 8, learningRate: 0.1 }, { matrix, target });
    const [raw] = predictRaw(model, matrix);
    expect(model.space).toBe("logOdds");
    expect(model.classes).toEqual(["no", "yes"]);
    expect(
      rmse(
        raw.map((value) => 1 / (1 + Math.exp(-value))),
        probability,
      ),
    ).toBeLessThan(0.07);
  });

  it("gives one score per class from three classes on", () => {
    const codes = first.map((value, row) => (value > 0.5 ? 0 : second[row] > 0 ? 1 : 2));
    const model = fit({ trees: 30 }, { matrix, target: classes(codes, "a", "b", "c") });
    const raw = predictRaw(model, matrix);
    const right = codes.filter((code, row) => raw.every((scores) => scores[row] <= raw[code][row])).length;
    expect(model.space).toBe("softmax");
    expect(model.trees.rootByTree.length).toBe(90);
    expect(right).toBeGreaterThan(2_970);
  });

  it("answers the class shares where it cannot split, also for a class that has no row", () => {
    const target = classes([0, 0, 0, 1], "a", "b", "c");
    const model = fit({ trees: 5 }, { matrix: matrixOf([1, 2, 3, 4]), target });
    const scores = predictRaw(model, matrixOf([1])).map(([score]) => Math.exp(score));
    expect(model.trees.rootByTree.length).toBe(0);
    expect(scores[0] / scores[1]).toBeCloseTo(3, 10);
    expect(scores[2]).toBeCloseTo(1 / 8, 10);
  });

  it("stops early on log-loss too", () => {
    const codes = first.map(() => (random.next() < 0.5 ? 1 : 0));
    const target = classes(codes, "no", "yes");
    const validation = {
      matrix,
      target: classes(
        first.map(() => (random.next() < 0.5 ? 1 : 0)),
        "no",
        "yes",
      ),
    };
    const model = fit({ trees: 200 }, { matrix, target, validation }, { earlyStoppingRounds: 5 });
    expect(model.trees.rootByTree.length).toBeLessThan(20);
    const other = { matrix, target: classes(codes, "yes", "no") };
    expect(() => fit({}, { matrix, target, validation: other }, { earlyStoppingRounds: 5 })).toThrow(
      expect.objectContaining({ code: "LEARN_VALIDATION_CLASSES_DIFFER" }),
    );
  });
});
