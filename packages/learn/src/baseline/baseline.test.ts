import { describe, expect, it } from "vitest";
import { outputsOf } from "../bundle/outputs.js";
import { explainRaw } from "../explain/explain.js";
import { fitModel } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw, predictRow } from "../trees/predict.js";

const ROWS = 300;
const random = createRandom(4);
const draw = () => Float64Array.from({ length: ROWS }, () => random.next() - 0.5);
const matrixOf = (...columns: Float64Array[]) => ({ names: columns.map((_, column) => `x${column}`), rowCount: ROWS, columns });
const [first, second] = [draw(), draw()];
const number: Target = { kind: "number", values: first.map((value, row) => 5 + 2 * value - 3 * second[row]) };
const classes: Target = {
  kind: "class",
  codes: Int32Array.from(first, (value, row) => (value > 0.2 ? 2 : second[row] > 0 ? 1 : 0)),
  classes: ["a", "b", "c"],
};
const fit = (data: TrainingData, l2 = 1, fitOn = "value") => fitModel({ learner: "linear", parameters: { l2, fitOn } }, data);

describe("linear", () => {
  it("finds the weights of a plane, and its SHAP effects add up to the output", () => {
    const matrix = matrixOf(first, second);
    const model = fit({ matrix, target: number }, 0);
    expect(model.linear?.weights[0]).toBeCloseTo(2, 10);
    expect(model.linear?.weights[1]).toBeCloseTo(-3, 10);
    expect(model.trees.baseByOutput[0]).toBeCloseTo(5, 10);
    const [raw] = predictRaw(model, matrix);
    const { base, effects } = explainRaw(model, matrix);
    for (let row = 0; row < ROWS; row++) expect(base[0] + effects[2 * row] + effects[2 * row + 1]).toBeCloseTo(raw[row], 10);
  });

  it("explains a missing value as one of no effect", () => {
    const model = fit({ matrix: matrixOf(first, second), target: number });
    const row = { names: ["x0", "x1"], rowCount: 1, columns: [Float64Array.of(Number.NaN), Float64Array.of(0.1)] };
    expect(explainRaw(model, row).effects[0]).toBe(0);
    const out = new Float64Array(1);
    predictRow(model, Float64Array.of(Number.NaN, 0.1), out);
    expect(out[0]).toBe(predictRaw(model, row)[0][0]);
  });

  it("answers sensibly where columns are constant, copies of each other, all missing, huge or more than rows", () => {
    const wide = Array.from({ length: 420 }, draw);
    const cases: Float64Array[][] = [
      [new Float64Array(ROWS).fill(7), first],
      [first, first, second],
      [new Float64Array(ROWS).fill(Number.NaN), first],
      [first.map((value) => value * 1e300), second],
      [first.map((value) => value * 1e-300), second],
      [...wide, first, second],
    ];
    for (const columns of cases) {
      for (const target of [number, classes]) {
        for (const l2 of [0, 1]) {
          if (l2 === 0 && target.kind === "class") continue;
          const model = fit({ matrix: matrixOf(...columns), target }, l2);
          for (const raw of predictRaw(model, matrixOf(...columns))) expect(raw.every(Number.isFinite)).toBe(true);
        }
      }
    }
  });

  it("a wide matrix is fitted step by step to what solving gives", () => {
    const many = Array.from({ length: 405 }, draw);
    const steps = fit({ matrix: matrixOf(first, second, ...many), target: number }, 30);
    const [raw] = predictRaw(steps, matrixOf(first, second, ...many));
    // At the least point the gradient is 0: for each column, error · value = l2 · weight (standardised).
    const deviation = Math.sqrt(
      first.reduce((sum, value) => sum + value * value, 0) / ROWS - (first.reduce((s, v) => s + v, 0) / ROWS) ** 2,
    );
    const mean = first.reduce((sum, value) => sum + value, 0) / ROWS;
    let product = 0;
    for (let row = 0; row < ROWS; row++) product += ((number.values[row] - raw[row]) * (first[row] - mean)) / deviation;
    expect(product).toBeCloseTo(30 * (steps.linear?.weights[0] ?? 0) * deviation, 5);
  });

  it("fits amounts on log1p, and the same data give the same bits", () => {
    const target: Target = { kind: "number", values: first.map((value) => Math.expm1(8 + value)) };
    const data = { matrix: matrixOf(first), target };
    const model = fit(data, 0, "log1p");
    expect(model.space).toBe("log1p");
    expect(model.linear?.weights[0]).toBeCloseTo(1, 8);
    expect(fit(data, 0, "log1p")).toEqual(model);
  });

  it("rows of weight 0 do not count", () => {
    const weights = Float64Array.from({ length: ROWS }, (_, row) => (row < 200 ? 1 : 0));
    const spoilt: Target = { kind: "number", values: number.values.map((value, row) => (row < 200 ? value : 1e6)) };
    const model = fit({ matrix: matrixOf(first, second), target: spoilt, weights }, 0);
    expect(model.linear?.weights[0]).toBeCloseTo(2, 8);
  });

  it.each([
    [
      "FEATURE_NOT_FINITE",
      { matrix: matrixOf(first.map((value, row) => (row === 3 ? Number.POSITIVE_INFINITY : value))), target: number },
    ],
    ["TARGET_NOT_FINITE", { matrix: matrixOf(first), target: { kind: "number", values: first.map(() => Number.NaN) } }],
    ["TARGET_ONE_CLASS", { matrix: matrixOf(first), target: { ...classes, codes: new Int32Array(ROWS) } }],
    ["NO_FEATURES", { matrix: matrixOf(), target: number }],
    ["TARGET_MISSING", { matrix: matrixOf(first), target: null }],
  ] as const)("refuses with %s", (code, data) => {
    for (const learner of ["linear", "dummy"] as const) {
      if (code === "FEATURE_NOT_FINITE" && learner === "dummy") continue;
      expect(() => fitModel({ learner, parameters: {} }, data)).toThrow(expect.objectContaining({ code: `LEARN_${code}` }));
    }
  });
});

describe("dummy", () => {
  it("answers the mean, or the shares of the classes, and explains nothing", () => {
    const matrix = matrixOf(first);
    const mean = fitModel({ learner: "dummy", parameters: {} }, { matrix, target: number });
    const expected = number.values.reduce((sum, value) => sum + value, 0) / ROWS;
    expect(predictRaw(mean, matrix)[0][0]).toBeCloseTo(expected, 12);
    expect(explainRaw(mean, matrix).effects.every((effect) => effect === 0)).toBe(true);
    const shares = fitModel({ learner: "dummy", parameters: {} }, { matrix, target: classes });
    const outputs = outputsOf(shares, predictRaw(shares, matrix));
    if (outputs.task !== "classification") throw new Error("no classes");
    const counts = [0, 1, 2].map((own) => classes.codes.filter((code) => code === own).length / ROWS);
    outputs.probability.forEach((values, own) => {
      expect(values[0]).toBeCloseTo(counts[own], 12);
    });
  });
});
