import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, LearnerName, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { featureImportance } from "./feature-importance.js";
import { predictRaw, predictRow } from "./predict.js";

const ROWS = 700;
const random = createRandom(51);
const columns = Array.from({ length: 5 }, (_, column) =>
  Float64Array.from({ length: ROWS }, () => (random.next() < 0.1 * column ? Number.NaN : random.next())),
);
const matrix = { rowCount: ROWS, columns, names: ["a", "b", "c", "d", "e"] };
const values = columns[0].map((value, row) => 5 * value + (Number.isNaN(columns[4][row]) ? 2 : 0));
const codes = Int32Array.from(values, (value) => Math.min(2, Math.floor(value / 2)));
const three: Target = { kind: "class", codes, classes: ["a", "b", "c"] };
const models: [LearnerName, Target | null][] = [
  ["gradientBoosting", { kind: "number", values }],
  ["gradientBoosting", three],
  ["randomForest", { kind: "number", values }],
  ["randomForest", three],
  ["isolationForest", null],
];
const fit = (learner: LearnerName, target: Target | null): FittedModel =>
  fitModel({ learner, parameters: { trees: 10 } }, { matrix, target });

describe.each(models)("%s", (learner, target) => {
  const model = fit(learner, target);

  it("answers one row as it answers many, to the bit", () => {
    const raw = predictRaw(model, matrix);
    const out = new Float64Array(raw.length);
    const row = new Float64Array(5);
    for (let index = 0; index < ROWS; index++) {
      for (let column = 0; column < 5; column++) row[column] = columns[column][index];
      predictRow(model, row, out);
      expect([...out]).toEqual(raw.map((scores) => scores[index]));
    }
  });

  it("refuses another number of columns", () => {
    const fewer = { ...matrix, columns: columns.slice(1) };
    const mismatch = expect.objectContaining({ code: "LEARN_FEATURE_COUNT_MISMATCH", details: { expected: 5, got: 4 } });
    expect(() => predictRaw(model, fewer)).toThrow(mismatch);
    expect(() => predictRow(model, new Float64Array(4), new Float64Array(3))).toThrow(mismatch);
  });

  it("answers no rows with nothing", () => {
    const empty = { rowCount: 0, columns: columns.map(() => new Float64Array(0)), names: matrix.names };
    expect(predictRaw(model, empty).every((scores) => scores.length === 0)).toBe(true);
  });
});

describe("featureImportance", () => {
  it("finds the columns that the target is made of", () => {
    const { gainByColumn, splitsByColumn } = featureImportance(fit("gradientBoosting", { kind: "number", values }));
    const total = gainByColumn.reduce((sum, gain) => sum + gain, 0);
    expect((gainByColumn[0] + gainByColumn[4]) / total).toBeGreaterThan(0.99);
    expect(splitsByColumn[0]).toBeGreaterThan(20);
  });

  it("counts the splits of an isolation forest, which gain nothing", () => {
    const { gainByColumn, splitsByColumn } = featureImportance(fit("isolationForest", null));
    expect([...gainByColumn]).toEqual([0, 0, 0, 0, 0]);
    expect(Math.min(...splitsByColumn)).toBeGreaterThan(10);
  });
});
