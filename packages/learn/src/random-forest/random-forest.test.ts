import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { FittedModel } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import type { ParameterValue } from "../tune/resolve-parameters.js";
import { drawBootstrap } from "./bootstrap.js";

const fit = (parameters: Record<string, ParameterValue>, data: TrainingData, seed = 1): FittedModel =>
  fitModel({ learner: "randomForest", parameters }, data, { seed });

const random = createRandom(31);
const ROWS = 2_000;
const columns = Array.from({ length: 6 }, () => Float64Array.from({ length: ROWS }, () => random.next()));
const matrix = { rowCount: ROWS, columns, names: columns.map((_, column) => `column ${column}`) };
const values = columns[0].map((value, row) => 1_000 + (value > 0.5 ? 10 : 0) + columns[1][row]);
const codes = Int32Array.from(values, (value) => (value > 1_010.2 ? 2 : value > 1_000.7 ? 1 : 0));
const classes = ["low", "middle", "high"];

describe("random forest", () => {
  it("predicts a number between the least and the largest of the training rows, and near the truth", () => {
    const model = fit({ trees: 50, depth: 8 }, { matrix, target: { kind: "number", values } });
    const [raw] = predictRaw(model, matrix);
    const error = Math.sqrt(raw.reduce((sum, value, row) => sum + (value - values[row]) ** 2, 0) / ROWS);
    expect(error).toBeLessThan(0.25);
    expect(Math.min(...raw)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...raw)).toBeLessThanOrEqual(1_011);
    expect(model.trees.rootByTree.length).toBe(50);
  });

  it("gives class probabilities that sum to 1, one per class also for two", () => {
    const model = fit({ trees: 20, depth: 6 }, { matrix, target: { kind: "class", codes, classes } });
    const raw = predictRaw(model, matrix);
    expect(model.space).toBe("probability");
    for (let row = 0; row < ROWS; row++) expect(raw[0][row] + raw[1][row] + raw[2][row]).toBeCloseTo(1, 12);
    const right = codes.filter((code, row) => raw.every((shares) => shares[row] <= raw[code][row])).length;
    expect(right / ROWS).toBeGreaterThan(0.97);
    const two = codes.map((code) => Math.min(code, 1));
    expect(
      predictRaw(fit({ trees: 2 }, { matrix, target: { kind: "class", codes: two, classes: ["a", "b"] } }), matrix).length,
    ).toBe(2);
  });

  it("weighs rare classes up when balanced", () => {
    const rare = codes.map((_, row) => (random.next() < 0.02 + 0.06 * columns[0][row] ? 1 : 0));
    const target = { kind: "class" as const, codes: rare, classes: ["no", "yes"] };
    const mean = (model: FittedModel): number => predictRaw(model, matrix)[1].reduce((sum, share) => sum + share, 0) / ROWS;
    expect(mean(fit({ trees: 30, depth: 3 }, { matrix, target }))).toBeLessThan(0.1);
    expect(mean(fit({ trees: 30, depth: 3, balance: true }, { matrix, target }))).toBeGreaterThan(0.35);
  });

  it("keeps depth and minLeafRows, grows pure leaves without them", () => {
    const target = { kind: "class" as const, codes, classes };
    const stump = fit({ trees: 1, depth: 1, featureShare: 1 }, { matrix, target }).trees;
    expect(stump.featureByNode.length).toBe(3);
    const wide = fit({ trees: 3, minLeafRows: 300 }, { matrix, target }).trees;
    expect(Math.min(...wide.coverByNode)).toBeGreaterThanOrEqual(300);
    const pure = fit({ trees: 1, depth: -1, minLeafRows: 1 }, { matrix, target }).trees;
    const shares = [...pure.valueByNode].filter((_, place) => pure.featureByNode[Math.floor(place / 3)] < 0);
    expect(shares.every((share) => share === 0 || share === 1)).toBe(true);
  });

  it("makes the same forest for the same seed, and adds trees without changing the first ones", () => {
    const data: TrainingData = { matrix, target: { kind: "class", codes, classes } };
    expect(fit({ trees: 3 }, data, 5)).toEqual(fit({ trees: 3 }, data, 5));
    const few = fit({ trees: 2 }, data, 5).trees;
    const more = fit({ trees: 4 }, data, 5).trees;
    expect(more.featureByNode.subarray(0, few.featureByNode.length)).toEqual(few.featureByNode);
    expect(fit({ trees: 2 }, data, 6).trees).not.toEqual(few);
  });

  it("uses no column twice as often as the others when all are alike", () => {
    const noise = Float64Array.from({ length: ROWS }, () => random.next());
    const model = fit({ trees: 60, depth: 4, featureShare: 0.2 }, { matrix, target: { kind: "number", values: noise } });
    const counts = new Float64Array(6);
    for (const feature of model.trees.featureByNode) if (feature >= 0) counts[feature]++;
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.5);
  });
});

describe("out-of-bag answers", () => {
  const answersOf = (data: TrainingData, trees: number) => {
    let raw: readonly Float64Array[] = [];
    const onOutOfBag = (own: { readonly raw: readonly Float64Array[] }): void => {
      raw = own.raw;
    };
    fitModel({ learner: "randomForest", parameters: { trees, depth: 8 } }, data, { seed: 2, onOutOfBag });
    return raw;
  };

  it("are honest: worse than those for rows that were learned, and near the truth", () => {
    const noise = values.map((value) => value + 4 * random.next());
    const data: TrainingData = { matrix, target: { kind: "number", values: noise } };
    const [left] = answersOf(data, 60);
    const [learned] = predictRaw(fit({ trees: 60, depth: 8 }, data, 2), matrix);
    const error = (raw: Float64Array): number =>
      Math.sqrt(raw.reduce((sum, value, row) => sum + (value - noise[row]) ** 2, 0) / ROWS);
    expect(error(left)).toBeGreaterThan(error(learned) * 1.1);
    expect(error(left)).toBeLessThan(1.5);
  });

  it("are shares of classes, and missing for rows that every tree learned from", () => {
    const shares = answersOf({ matrix, target: { kind: "class", codes, classes } }, 2);
    const isMissing = shares[0].map((share) => (Number.isNaN(share) ? 1 : 0));
    expect(isMissing.reduce((sum, own) => sum + own, 0) / ROWS).toBeCloseTo((1 - 1 / Math.E) ** 2, 1);
    shares[0].forEach((share, row) => {
      if (!Number.isNaN(share)) expect(share + shares[1][row] + shares[2][row]).toBeCloseTo(1, 12);
    });
  });
});

describe("drawBootstrap", () => {
  it("draws as many rows as there are, about 63 % of them at least once, only from those given", () => {
    const rows = Int32Array.from({ length: 10_000 }, (_, row) => row * 2);
    const draws = new Float64Array(20_000);
    const bag = new Int32Array(10_000);
    const count = drawBootstrap(rows, createRandom(2), draws, bag);
    expect(draws.reduce((sum, times) => sum + times, 0)).toBe(10_000);
    expect(count / 10_000).toBeCloseTo(1 - 1 / Math.E, 2);
    expect(bag.subarray(0, count).every((row, place) => row % 2 === 0 && (place === 0 || row > bag[place - 1]))).toBe(true);
    expect(bag.subarray(count).every((row) => draws[row] === 0)).toBe(true);
    expect(new Set(bag).size).toBe(10_000);
  });
});
