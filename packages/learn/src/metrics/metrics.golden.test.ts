import { describe, expect, it } from "vitest";
import { measure } from "./measure.js";

interface Case {
  readonly tolerance: number;
  readonly regression: readonly { name: string; truth: number[]; predicted: number[]; expected: Record<string, number> }[];
  readonly classification: readonly {
    name: string;
    classes: number;
    truth: number[];
    probability: number[][];
    expected: Record<string, number>;
  }[];
  readonly anomaly: readonly {
    name: string;
    labels: number[];
    scores: number[];
    otherScores: number[];
    expected: Record<string, number>;
  }[];
}

const file = new URL("../../goldens/metrics/case.json", import.meta.url).href;
const golden = ((await import(/* @vite-ignore */ file)) as { default: Case }).default;

function expectClose(measured: object, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    const got = (measured as Record<string, { value: number }>)[name].value;
    expect(Math.abs(got - value), `${name}: ${got} for ${value}`).toBeLessThanOrEqual(
      golden.tolerance * Math.max(1, Math.abs(value)),
    );
  }
}

describe("metrics agree with scikit-learn", () => {
  it.each(golden.regression)("regression: $name", ({ truth, predicted, expected }) => {
    const evidence = { task: "regression", truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) } as const;
    expectClose(measure(Object.keys(expected), evidence), expected);
  });

  it.each(golden.classification)("classification: $name", ({ classes, truth, probability, expected }) => {
    const names = Array.from({ length: classes }, (_, own) => `class ${own}`);
    const evidence = {
      task: "classification",
      classes: names,
      truth: Int32Array.from(truth),
      probability: names.map((_, own) => Float64Array.from(probability, (row) => row[own])),
    } as const;
    expectClose(measure(Object.keys(expected), evidence), expected);
  });

  it.each(golden.anomaly)("anomaly: $name", ({ labels, scores, otherScores, expected }) => {
    const evidence = {
      task: "anomaly",
      scores: Float64Array.from(scores),
      otherScores: Float64Array.from(otherScores),
      labels: Int8Array.from(labels),
      alertThreshold: 1,
      budget: null,
    } as const;
    expectClose(measure(Object.keys(expected), evidence), expected);
  });
});
