import { describe, expect, it } from "vitest";
import { outputsOf } from "../bundle/outputs.js";
import { fitModel } from "../model/fit-model.js";
import { predictRaw } from "../trees/predict.js";

interface Case {
  readonly tolerance: { readonly ridge: number; readonly logistic: number };
  readonly cases: readonly {
    name: string;
    classes: number;
    l2: number;
    columns: (number | null)[][];
    target: number[];
    weights: number[] | null;
    expected: number[][];
  }[];
}

const file = new URL("../../goldens/baselines/case.json", import.meta.url).href;
const golden = ((await import(/* @vite-ignore */ file)) as { default: Case }).default;

describe("the linear baseline agrees with scikit-learn", () => {
  it.each(golden.cases)("$name", ({ classes, l2, columns, target, weights, expected }) => {
    const matrix = {
      names: columns.map((_, column) => `x${column}`),
      rowCount: target.length,
      columns: columns.map((values) => Float64Array.from(values, (value) => value ?? Number.NaN)),
    };
    const names = Array.from({ length: classes }, (_, own) => `class ${own}`);
    const model = fitModel(
      { learner: "linear", parameters: { l2 } },
      {
        matrix,
        target:
          classes === 0
            ? { kind: "number", values: Float64Array.from(target) }
            : { kind: "class", codes: Int32Array.from(target), classes: names },
        ...(weights === null ? {} : { weights: Float64Array.from(weights) }),
      },
    );
    const outputs = outputsOf(model, predictRaw(model, matrix));
    const got = outputs.task === "regression" ? [outputs.values] : outputs.task === "classification" ? outputs.probability : [];
    const largest = Math.max(...expected.flat().map(Math.abs));
    const tolerance = largest * (classes === 0 ? golden.tolerance.ridge : golden.tolerance.logistic);
    expect(got.length).toBe(expected.length);
    expected.forEach((values, output) => {
      values.forEach((value, row) => {
        expect(Math.abs(got[output][row] - value), `output ${output}, row ${row}`).toBeLessThanOrEqual(tolerance);
      });
    });
  });
});
