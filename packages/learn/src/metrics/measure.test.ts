import { describe, expect, it } from "vitest";
import { metricCatalogue, metricsOf } from "./catalogue.js";
import { type AnomalyEvidence, type Evidence, selectEvidence } from "./evidence.js";
import { measure } from "./measure.js";

const regression = (truth: number[], predicted: number[]): Evidence => ({
  task: "regression",
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(predicted),
});
const anomaly = (scores: number[], more: Partial<AnomalyEvidence> = {}): AnomalyEvidence => ({
  task: "anomaly",
  scores: Float64Array.from(scores),
  alertThreshold: 0.5,
  labels: null,
  budget: null,
  otherScores: null,
  ...more,
});
const binary = (truth: number[], second: number[]): Evidence => ({
  task: "classification",
  classes: ["no", "yes"],
  truth: Int32Array.from(truth),
  probability: [Float64Array.from(second, (share) => 1 - share), Float64Array.from(second)],
});

describe("measure", () => {
  it("says why something cannot be measured", () => {
    expect(measure(["rmse"], regression([], []))).toEqual({ rmse: { notMeasured: "there are no rows" } });
    expect(measure(["r2", "mae"], regression([3], [4]))).toEqual({
      r2: { notMeasured: "one row has no variance" },
      mae: { value: 1 },
    });
    expect(measure(["auroc", "accuracy"], binary([1, 1], [0.9, 0.2]))).toEqual({
      auroc: { notMeasured: 'no row is of class "no"' },
      accuracy: { value: 0.5 },
    });
    expect(measure(["auroc", "scoreStability"], anomaly([0.1, 0.9]))).toEqual({
      auroc: { notMeasured: "no row has a label" },
      scoreStability: { notMeasured: "there is no second forest" },
    });
    const labelled = (...labels: number[]) => anomaly([0.1, 0.9], { labels: Int8Array.from(labels), budget: 0.5 });
    expect(measure(["recallAtBudget"], labelled(-1, -1))).toEqual({ recallAtBudget: { notMeasured: "no row has a label" } });
    expect(measure(["recallAtBudget"], labelled(0, 0))).toEqual({
      recallAtBudget: { notMeasured: "no labelled row is an anomaly" },
    });
    expect(measure(["averagePrecision"], labelled(1, 1))).toEqual({
      averagePrecision: { notMeasured: "every labelled row is an anomaly" },
    });
    const same = anomaly([0.1, 0.9], { otherScores: Float64Array.of(0.3, 0.3), labels: Int8Array.of(0, 1) });
    expect(measure(["scoreStability", "precisionAtBudget"], same)).toEqual({
      scoreStability: { notMeasured: "every row has the same score" },
      precisionAtBudget: { notMeasured: "no alert budget is stated" },
    });
  });

  it("counts alerts from the threshold on", () => {
    expect(measure(["alertRate"], anomaly([0.5, 0.49, 0.51, 0.1]))).toEqual({ alertRate: { value: 0.5 } });
  });

  it("takes the highest scores within the budget, sharing a tie at its end", () => {
    const evidence = anomaly([0.9, 0.8, 0.8, 0.8, 0.1, 0.1, 0.7, 0], {
      labels: Int8Array.of(1, 1, 0, 0, 1, 0, 0, -1),
      budget: 0.3,
    });
    // Two of seven labelled rows: the first, and one of three tied rows of which one is an anomaly.
    expect(measure(["precisionAtBudget", "recallAtBudget"], evidence)).toEqual({
      precisionAtBudget: { value: (1 + 1 / 3) / 2 },
      recallAtBudget: { value: (1 + 1 / 3) / 3 },
    });
    const tiny = { ...evidence, budget: 1e-9 };
    expect(measure(["precisionAtBudget"], tiny)).toEqual({ precisionAtBudget: { value: 1 } });
  });

  it("refuses a metric of another task, and evidence that does not fit together", () => {
    expect(() => measure(["auroc"], regression([1], [1]))).toThrow(
      expect.objectContaining({ code: "LEARN_METRIC_UNKNOWN", hint: "There are rmse, mae, r2, mape, medianAbsoluteError." }),
    );
    expect(() => measure([], regression([1, 2], [1]))).toThrow("there are 1 predicted for 2 rows");
    expect(() => measure([], regression([1, 2], [1, Number.NaN]))).toThrow("predicted holds NaN in row 1");
    expect(() => measure([], binary([2], [0.5]))).toThrow("the truth of row 0 is none of the 2 classes");
    expect(() => measure([], anomaly([1], { budget: 0 }))).toThrow("the budget is a share above 0");
    expect(() => measure([], anomaly([1], { labels: Int8Array.of(1, 1) }))).toThrow("there are 2 labels for 1 rows");
  });
});

describe("selectEvidence", () => {
  it("keeps the chosen rows of every part", () => {
    const evidence = anomaly([0.1, 0.2, 0.3], { labels: Int8Array.of(0, 1, -1), otherScores: Float64Array.of(1, 2, 3) });
    expect(selectEvidence(evidence, Uint32Array.of(2, 0))).toEqual(
      anomaly([0.3, 0.1], { labels: Int8Array.of(-1, 0), otherScores: Float64Array.of(3, 1) }),
    );
    expect(selectEvidence(binary([0, 1], [0.25, 0.75]), Uint32Array.of(1))).toEqual(binary([1], [0.75]));
    expect(selectEvidence(regression([1, 2], [3, 4]), Uint32Array.of(1))).toEqual(regression([2], [4]));
  });
});

describe("metricCatalogue", () => {
  it("has metrics for every task", () => {
    expect(metricsOf("classification")).toEqual([
      "accuracy",
      "auroc",
      "averagePrecision",
      "logLoss",
      "brier",
      "macroF1",
      "weightedF1",
      "macroPrecision",
      "macroRecall",
      "weightedAuroc",
    ]);
    expect(metricsOf("anomaly")).toEqual([
      "auroc",
      "averagePrecision",
      "alertRate",
      "scoreStability",
      "precisionAtBudget",
      "recallAtBudget",
    ]);
    for (const { doc } of Object.values(metricCatalogue)) expect(doc).toMatch(/^[A-Z].*\.$/);
  });
});
