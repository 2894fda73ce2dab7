import { describe, expect, it } from "vitest";
import { bootstrapIntervals } from "./bootstrap.js";
import { calibrationCurve } from "./calibration-curve.js";
import { confusionMatrix, mostProbable } from "./classification.js";
import type { ClassificationEvidence, RegressionEvidence } from "./evidence.js";
import { measure } from "./measure.js";

interface Case {
  readonly tolerance: number;
  readonly regression: readonly {
    name: string;
    truth: number[];
    predicted: number[];
    weights: number[];
    expected: Record<string, number>;
  }[];
  readonly classification: readonly {
    name: string;
    classes: number;
    truth: number[];
    probability: number[][];
    weights: number[];
    confusion: number[][];
    expected: Record<string, number>;
  }[];
  readonly curves: readonly {
    name: string;
    truth: number[];
    probability: number[];
    bins: number;
    strategy: "uniform" | "quantile";
    predicted: number[];
    observed: number[];
  }[];
}

const file = new URL("../../goldens/metrics-weighted/case.json", import.meta.url).href;
const golden = ((await import(/* @vite-ignore */ file)) as { default: Case }).default;

function expectClose(got: number | undefined, value: number, name: string): void {
  expect(got, name).toBeDefined();
  expect(Math.abs(Number(got) - value), `${name}: ${got} for ${value}`).toBeLessThanOrEqual(
    golden.tolerance * Math.max(1, Math.abs(value)),
  );
}

function expectMeasures(evidence: RegressionEvidence | ClassificationEvidence, expected: Record<string, number>): void {
  const measured = measure(Object.keys(expected), evidence) as Record<string, { value: number }>;
  for (const [name, value] of Object.entries(expected)) expectClose(measured[name].value, value, name);
}

describe("weighted metrics agree with scikit-learn", () => {
  it.each(golden.regression)("regression: $name", ({ truth, predicted, weights, expected }) => {
    const [a, b, c] = [truth, predicted, weights].map((values) => Float64Array.from(values));
    expectMeasures({ task: "regression", truth: a, predicted: b, weights: c }, expected);
  });

  it.each(golden.classification)("classification: $name", ({ classes, truth, probability, weights, confusion, expected }) => {
    const names = Array.from({ length: classes }, (_, own) => `class ${own}`);
    const byClass = names.map((_, own) => Float64Array.from(probability, (row) => row[own]));
    const codes = Int32Array.from(truth);
    const weightByRow = Float64Array.from(weights);
    expectMeasures(
      { task: "classification", classes: names, truth: codes, probability: byClass, weights: weightByRow },
      expected,
    );
    confusionMatrix(codes, mostProbable(byClass), classes, weightByRow).forEach((row, own) => {
      row.forEach((value, other) => {
        expectClose(value, confusion[own][other], `confusion ${own} ${other}`);
      });
    });
  });

  it.each(golden.curves)("calibration curve: $name", ({ truth, probability, bins, strategy, predicted, observed }) => {
    const curve = calibrationCurve(Float64Array.from(probability), Uint8Array.from(truth), { bins, strategy });
    expect(curve.length).toBe(predicted.length);
    curve.forEach((bin, place) => {
      expectClose(bin.predicted, predicted[place], "predicted");
      expectClose(bin.observed, observed[place], "observed");
    });
    expect(curve.reduce((sum, { rows }) => sum + rows, 0)).toBe(truth.length);
  });
});

describe("weights and thresholds", () => {
  const evidence: ClassificationEvidence = {
    task: "classification",
    classes: ["no", "yes"],
    truth: Int32Array.of(0, 0, 1, 1),
    probability: [Float64Array.of(0.9, 0.7, 0.6, 0.2), Float64Array.of(0.1, 0.3, 0.4, 0.8)],
  };

  it("a whole weight counts as so many rows", () => {
    const twice = { ...evidence, weights: Float64Array.of(1, 2, 1, 3) };
    const rows = Uint32Array.of(0, 1, 1, 2, 3, 3, 3);
    const repeated: ClassificationEvidence = {
      ...evidence,
      truth: Int32Array.from(rows, (row) => evidence.truth[row]),
      probability: evidence.probability.map((values) => Float64Array.from(rows, (row) => values[row])),
    };
    const names = ["accuracy", "logLoss", "auroc", "averagePrecision", "macroF1", "brier"];
    const [got, expected] = [twice, repeated].map((one) => measure(names, one) as Record<string, { value: number }>);
    for (const name of names) expect(got[name].value).toBeCloseTo(expected[name].value, 12);
  });

  it("a decision threshold moves the predicted class, and nothing else", () => {
    const lowered = { ...evidence, decisionThreshold: 0.35 };
    expect(measure(["accuracy", "auroc"], evidence)).toEqual({ accuracy: { value: 0.75 }, auroc: { value: 1 } });
    expect(measure(["accuracy", "auroc"], lowered)).toEqual({ accuracy: { value: 1 }, auroc: { value: 1 } });
  });

  it.each([
    [Float64Array.of(1, 1, 1), "there are 3 weights for 4 rows"],
    [Float64Array.of(1, -1, 1, 1), "the weight of row 1 is negative"],
    [Float64Array.of(0, 0, 0, 0), "every weight is 0"],
    [Float64Array.of(1, Number.NaN, 1, 1), "weights holds NaN in row 1"],
  ])("weights %s are refused", (weights, problem) => {
    expect(() => measure(["accuracy"], { ...evidence, weights })).toThrow(
      expect.objectContaining({ code: "LEARN_METRIC_INPUT_INVALID", message: expect.stringContaining(problem) }),
    );
  });
});

describe("bootstrapIntervals", () => {
  const truth = Float64Array.from({ length: 400 }, (_, row) => row % 20);
  const predicted = truth.map((value, row) => value + ((row * 7919) % 13) - 6);
  const evidence: RegressionEvidence = { task: "regression", truth, predicted };

  it("holds the value, is the same for the same seed, and narrows as the square root of the rows", () => {
    const { mae } = bootstrapIntervals(["mae"], evidence);
    expect(bootstrapIntervals(["mae"], evidence)).toEqual({ mae });
    if (mae === undefined || "notMeasured" in mae) throw new Error("not measured");
    expect(mae.low).toBeLessThan(mae.value);
    expect(mae.high).toBeGreaterThan(mae.value);
    // The mean of 400 errors of standard deviation 1.87: ± 1.96 · 1.87 / 20.
    expect((mae.high - mae.low) / 2).toBeGreaterThan(0.15);
    expect((mae.high - mae.low) / 2).toBeLessThan(0.22);
  });

  it("says why there is none", () => {
    const none = { ...evidence, truth: new Float64Array(0), predicted: new Float64Array(0) };
    expect(bootstrapIntervals(["mae"], none)).toEqual({ mae: { notMeasured: "there are no rows" } });
    const rare: ClassificationEvidence = {
      task: "classification",
      classes: ["a", "b"],
      truth: Int32Array.of(0, 0, 1),
      probability: [Float64Array.of(1, 1, 0), Float64Array.of(0, 0, 1)],
    };
    expect(bootstrapIntervals(["auroc"], rare, { resamples: 50 }).auroc).toMatchObject({ value: 1 });
  });
});
