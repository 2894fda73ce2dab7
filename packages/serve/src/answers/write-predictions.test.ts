import { answersOf, type ModelOutputs } from "@atalaya/learn";
import { expect, it } from "vitest";
import { writePredictions } from "./write-predictions.js";

const unusual = [0, -0, 1e21, 5e-324, 0.1, Number.POSITIVE_INFINITY, Number.NaN];
const shares = [Float64Array.of(0.5, 0.2, 1), Float64Array.of(0.25, 0.6, 0), Float64Array.of(0.25, 0.2, 0)];

const cases: readonly [what: string, outputs: ModelOutputs][] = [
  ["values", { task: "regression", values: Float64Array.from(unusual) }],
  [
    "values with an interval",
    { task: "regression", values: Float64Array.from(unusual), interval: { below: -1.5, above: 2, coverage: 0.9 } },
  ],
  ["classes", { task: "classification", classes: ["a", '"b"', "__proto__"], probability: shares }],
  ["classes that are whole numbers", { task: "classification", classes: ["10", "a", "2"], probability: shares }],
  [
    "classes with a threshold",
    { task: "classification", classes: ["no", "yes"], probability: shares.slice(0, 2), decisionThreshold: 0.25 },
  ],
  ["scores", { task: "anomaly", scores: Float64Array.of(0.3, 0.7, 0.5), alertThreshold: 0.5 }],
  ["scores without a threshold", { task: "anomaly", scores: Float64Array.of(0.3), alertThreshold: Number.POSITIVE_INFINITY }],
];

it.each(cases)("%s are written as JSON writes the objects", (_what, outputs) => {
  const objects = answersOf(outputs).map((answer) => ("value" in answer ? { ...answer, unit: "USD" } : answer));
  expect(`[${writePredictions(outputs, "USD")}]`).toBe(JSON.stringify(objects));
});
