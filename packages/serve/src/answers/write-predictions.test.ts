import { answersOf, type ModelOutputs } from "@atalaya/learn";
import { expect, it } from "vitest";
import { csvAnswers, goodLine, lineAnswers } from "../forms/lines.js";
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

const objectsOf = (outputs: ModelOutputs) =>
  answersOf(outputs).map((answer) => ("value" in answer ? { ...answer, unit: "USD" } : answer));

it.each(cases)("%s are written as JSON writes the objects", (_what, outputs) => {
  const objects = objectsOf(outputs);
  expect(`[${writePredictions(outputs, "USD", "list", "")}]`).toBe(JSON.stringify(objects));
});

it.each(cases)("%s as lines are those of the objects", (_what, outputs) => {
  const predictions = objectsOf(outputs);
  const classes = outputs.task === "classification" ? outputs.classes : null;
  const lines = predictions.map(() => goodLine(null));
  const answered = { predictions, explanations: null };
  expect(writePredictions(outputs, "USD", "jsonLines", "some")).toBe(lineAnswers("some", lines, answered));
  const columns = { task: outputs.task, classes };
  expect(writePredictions(outputs, "USD", "csvLines", "some")).toBe(csvAnswers("some", lines, answered, columns));
});
