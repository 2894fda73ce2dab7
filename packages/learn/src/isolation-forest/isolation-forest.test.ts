import { describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { predictRaw } from "../trees/predict.js";
import type { ParameterValue } from "../tune/resolve-parameters.js";
import { alertThreshold } from "./alert-threshold.js";
import { anomalyScore, averagePathLength } from "./path-length.js";

const ROWS = 2_000;
const random = createRandom(41);
const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2;
const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: ROWS }, normal));
/** The last 20 rows lie far out. */
for (const column of columns) for (let row = ROWS - 20; row < ROWS; row++) column[row] += 4 + random.next();
const matrix = { rowCount: ROWS, columns, names: ["a", "b", "c"] };

const fit = (parameters: Record<string, ParameterValue>, on = matrix): FittedModel =>
  fitModel({ learner: "isolationForest", parameters }, { matrix: on, target: null }, { seed: 3 });
const scoresOf = (model: FittedModel, on = matrix): Float64Array =>
  predictRaw(model, on)[0].map((length) => anomalyScore(length, model.isolation?.rowsPerTree ?? 0));
const alerts = (model: FittedModel): number =>
  scoresOf(model).filter((score) => score >= (model.isolation?.alertThreshold ?? 0)).length;

describe("averagePathLength", () => {
  it("is that of the paper", () => {
    expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1]);
    expect(averagePathLength(3)).toBeCloseTo(2 * (Math.log(2) + 0.5772156649) - 4 / 3, 9);
    expect(averagePathLength(256)).toBeCloseTo(10.2448, 4);
  });
});

describe("isolation forest", () => {
  it("scores what lies far out highest, and leaves the crowd below", () => {
    const model = fit({});
    const scores = scoresOf(model);
    expect(Math.min(...scores.subarray(ROWS - 20))).toBeGreaterThan(0.6);
    expect([...scores].sort((a, b) => a - b)[ROWS / 2]).toBeLessThan(0.5);
    expect(model.isolation).toEqual({ rowsPerTree: 256, alertThreshold: 0.5 });
  });

  it("grows no deeper than the sub-sample needs, on at most all rows", () => {
    const { trees, isolation } = fit({ rowsPerTree: 100_000, trees: 2 });
    expect(isolation?.rowsPerTree).toBe(ROWS);
    expect(trees.coverByNode[0]).toBe(ROWS);
    const depth = (node: number): number =>
      trees.featureByNode[node] < 0 ? 0 : 1 + Math.max(depth(trees.leftByNode[node]), depth(trees.rightByNode[node]));
    expect(depth(0)).toBeLessThanOrEqual(11);
    const leaves = [...trees.featureByNode.keys()].filter((node) => trees.featureByNode[node] < 0);
    expect(leaves.every((leaf) => trees.coverByNode[leaf] >= 1)).toBe(true);
  });

  it("alerts on the share of training rows that it was given", () => {
    expect(alerts(fit({ contamination: 0.03 }))).toBe(60);
    expect(alerts(fit({ alertBudget: 0.01 }))).toBeLessThanOrEqual(20);
    expect(alerts(fit({ alertBudget: 0.01, contamination: 0.3 }))).toBeGreaterThan(15);
    expect(alerts(fit({ alertBudget: 0 }))).toBe(0);
  });

  it("does not take a missing value for odd", () => {
    const holes = {
      ...matrix,
      columns: [columns[0].map((value, row) => (row % 4 === 0 ? Number.NaN : value)), ...columns.slice(1)],
    };
    const scores = scoresOf(fit({}, holes), holes);
    const mean = (keep: (row: number) => boolean): number => {
      const kept = scores.subarray(0, ROWS - 20).filter((_, row) => keep(row));
      return kept.reduce((sum, score) => sum + score, 0) / kept.length;
    };
    const difference = mean((row) => row % 4 === 0) - mean((row) => row % 4 !== 0);
    expect(difference).toBeLessThan(0.005);
    expect(difference).toBeGreaterThan(-0.05);
    expect(Math.min(...scores.subarray(ROWS - 20))).toBeGreaterThan(0.55);
  });

  it("gives the same forest for the same seed", () => {
    expect(fit({ trees: 5 })).toEqual(fit({ trees: 5 }));
  });
});

describe("alertThreshold", () => {
  const scores =
    (...values: number[]) =>
    () =>
      Float64Array.from(values);
  const auto = { contamination: "auto" as const, alertBudget: "none" as const };

  it("is 0.5 when nothing is said, without looking at scores", () => {
    expect(
      alertThreshold(() => {
        throw new Error("not needed");
      }, auto),
    ).toBe(0.5);
  });

  it("lets equal scores stand or fall together under a budget", () => {
    const tied = scores(0.7, 0.7, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1);
    expect(alertThreshold(tied, { ...auto, alertBudget: 0.3 })).toBe(0.7);
    expect(alertThreshold(tied, { ...auto, alertBudget: 0.2 })).toBeGreaterThan(0.7);
    expect(alertThreshold(tied, { ...auto, alertBudget: 0.45 })).toBe(0.6);
    expect(alertThreshold(scores(1, 1, 1), { ...auto, alertBudget: 0.3 })).toBeGreaterThan(1);
  });

  it("places a contamination as scikit-learn does: a linear quantile", () => {
    expect(alertThreshold(scores(0.4, 0.1, 0.2, 0.3), { ...auto, contamination: 0.5 })).toBeCloseTo(0.25, 12);
    expect(alertThreshold(scores(0.4, 0.1, 0.2, 0.3), { ...auto, contamination: 0.1 })).toBeCloseTo(0.37, 12);
  });
});
