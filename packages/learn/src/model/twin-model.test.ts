import { describe, expect, it } from "vitest";
import { binTable } from "../binning/binned-table.js";
import { createEngine, createTwinEngine, type Engine } from "../kernels/load-kernels.js";
import { createRandom } from "../random/random.js";
import type { Workplace } from "../trees/workplace.js";
import type { LearnerSpecification, ParameterValue } from "../tune/resolve-parameters.js";
import { fitAt } from "./fit-model.js";
import type { TrainingData } from "./fit-options.js";
import type { FittedModel } from "./model.js";

const ROWS = 1_500;
const random = createRandom(19);
const columns = Array.from({ length: 5 }, (_, column) =>
  Float64Array.from({ length: ROWS }, () => {
    if (column === 4) return random.integer(25);
    return random.next() < 0.1 ? Number.NaN : random.next();
  }),
);
const matrix = {
  rowCount: ROWS,
  columns,
  names: columns.map((_, column) => `column ${column}`),
  categoryCounts: [null, null, null, null, 25],
};
const values = Float64Array.from({ length: ROWS }, (_, row) => {
  const slope = Number.isNaN(columns[0][row]) ? 0.3 : columns[0][row];
  return slope + (columns[4][row] % 4) + 0.5 * random.next();
});
const codes = Int32Array.from(values, (value) => Math.min(2, Math.floor(value / 1.3)));
const number: TrainingData = { matrix, target: { kind: "number", values } };
const two: TrainingData = {
  matrix,
  target: { kind: "class", codes: codes.map((code) => Math.min(code, 1)), classes: ["a", "b"] },
  weights: Float64Array.from({ length: ROWS }, () => random.integer(3)),
};
const three: TrainingData = { matrix, target: { kind: "class", codes, classes: ["a", "b", "c"] } };

function fitOn(engine: Engine, specification: LearnerSpecification, data: TrainingData): FittedModel {
  const bin: Workplace["bin"] = (own, bins, validation) => binTable(engine, own, bins, validation);
  const workplace: Workplace = { threads: 1, isStreamed: false, bin, open: () => {}, close: () => {} };
  return fitAt(workplace, specification, data, { seed: 4 });
}

describe("a model of the TypeScript twin is that of WebAssembly, to the bit", () => {
  it.each<[string, "gradientBoosting" | "randomForest", Record<string, ParameterValue>, TrainingData]>([
    ["squared loss", "gradientBoosting", { trees: 8, leaves: 12 }, number],
    ["a median, sampled", "gradientBoosting", { trees: 5, loss: "absolute", rowShare: 0.6, columnShare: 0.6 }, number],
    ["bounds", "gradientBoosting", { trees: 5, l1: 1, l2: 2, monotone: '{"column 0":"increasing"}' }, number],
    ["two weighed classes", "gradientBoosting", { trees: 6, growth: "depthWise", depth: 4 }, two],
    ["three classes", "gradientBoosting", { trees: 3, leaves: 8 }, three],
    ["a forest of a number", "randomForest", { trees: 3, depth: 7 }, number],
    ["a forest of two classes", "randomForest", { trees: 2, balance: true }, two],
    ["a forest of three classes", "randomForest", { trees: 2, depth: 6 }, three],
  ])("%s", (_name, learner, parameters, data) => {
    const ours = fitOn(createEngine(), { learner, parameters }, data);
    const twin = fitOn(createTwinEngine(), { learner, parameters }, data);
    expect(ours.trees.featureByNode.some((feature) => feature >= 0)).toBe(true);
    expect(twin).toEqual(ours);
  });
});
