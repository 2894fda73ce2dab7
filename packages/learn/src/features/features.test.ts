import { describe, expect, it } from "vitest";
import { CategoryColumnBuilder } from "../frame/column-builder.js";
import { frameOf } from "../frame/frame-builder.js";
import type { Target } from "../model/model.js";
import type { ColumnSchema } from "../schema/column-schema.js";
import type { EncoderPlan, FeaturePlan } from "./feature-plan.js";
import { fitFeatures } from "./fit-features.js";
import { foldByRow } from "./target-mean.js";
import { transformFeatures } from "./transform-features.js";

const NaNs = Number.NaN;
const column = (name: string, type: ColumnSchema["type"], more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  from: [],
  type,
  optional: true,
  ...more,
});

function states(...values: (string | null)[]) {
  const builder = new CategoryColumnBuilder();
  for (const value of values) value === null ? builder.pushMissing() : builder.push(value);
  return ["state", builder.build()] as const;
}

function statePlan(encoder: EncoderPlan): FeaturePlan {
  return { inputs: [column("state", "category")], derived: [], features: [{ name: "state", encoder }] };
}

const prices = (...values: number[]): Target => ({ kind: "number", values: Float64Array.from(values) });
const options = { seed: 1, fitOn: "value" } as const;

describe("encoders", () => {
  it("number: booleans as 0 and 1, times as days, an absent optional column as missing", () => {
    const plan: FeaturePlan = {
      inputs: [column("sold", "boolean"), column("at", "time"), column("size", "number")],
      derived: [
        { name: "twice", expression: { op: "mul", left: { op: "column", name: "size" }, right: { op: "number", value: 2 } } },
      ],
      features: ["sold", "at", "size", "twice"].map((name) => ({ name, encoder: { kind: "number" } })),
    };
    const frame = frameOf([
      ["sold", { kind: "boolean", values: Float64Array.of(1, 0, NaNs) }],
      ["at", { kind: "time", values: Float64Array.of(0, 43_200_000, NaNs) }],
    ]);
    const { trainingMatrix } = fitFeatures(plan, frame, null, options);
    expect(trainingMatrix.names).toEqual(["sold", "at", "size", "twice"]);
    expect(trainingMatrix.columns.map((values) => [...values])).toEqual([
      [1, 0, NaNs],
      [0, 0.5, NaNs],
      [NaNs, NaNs, NaNs],
      [NaNs, NaNs, NaNs],
    ]);
  });

  it("levels: the most frequent first, ties by name; unseen and missing are missing", () => {
    const frame = frameOf([states("b", "c", "a", "c", null)]);
    const { fitted } = fitFeatures(statePlan({ kind: "levels", levels: null }), frame, null, options);
    expect(fitted.features[0].encoder).toEqual({ kind: "levels", levels: ["c", "a", "b"] });
    const later = transformFeatures(fitted, frameOf([states("a", "z", null, "b")]));
    expect([...later.columns[0]]).toEqual([1, NaNs, NaNs, 2]);
  });

  it("levels: in the declared order, of numbers and booleans too", () => {
    const plan: FeaturePlan = {
      inputs: [column("zip", "integer"), column("sold", "boolean")],
      derived: [],
      features: [
        { name: "zip", encoder: { kind: "levels", levels: ["2", "1"] } },
        { name: "sold", encoder: { kind: "levels", levels: ["true", "false"] } },
      ],
    };
    const frame = frameOf([
      ["zip", { kind: "number", values: Float64Array.of(1, 2, 3, NaNs) }],
      ["sold", { kind: "boolean", values: Float64Array.of(1, 0, 1, NaNs) }],
    ]);
    const { trainingMatrix } = fitFeatures(plan, frame, null, options);
    expect(trainingMatrix.columns.map((values) => [...values])).toEqual([
      [1, 0, NaNs, NaNs],
      [0, 1, 0, NaNs],
    ]);
  });

  it("frequency: share of training rows, 0 for an unseen level, missing stays missing", () => {
    const { fitted } = fitFeatures(statePlan({ kind: "frequency" }), frameOf([states("a", "a", "b", null)]), null, options);
    const later = transformFeatures(fitted, frameOf([states("b", "a", "z", null)]));
    expect([...later.columns[0]]).toEqual([0.25, 0.5, 0, NaNs]);
  });

  it("targetMean: shrunk means; the overall mean where unseen; missing as a level of its own", () => {
    const plan = statePlan({ kind: "targetMean", smoothing: 2 });
    const { fitted } = fitFeatures(plan, frameOf([states("a", "a", "b", null)]), prices(10, 20, 60, 30), options);
    const later = transformFeatures(fitted, frameOf([states("a", "b", "z", null)]));
    // Overall mean 30: a (30 + 60) / 4, b (60 + 60) / 3, missing (30 + 60) / 3.
    expect([...later.columns[0]]).toEqual([22.5, 40, 30, 30]);
  });

  it("targetMean: on the fitted scale", () => {
    const plan = statePlan({ kind: "targetMean", smoothing: 0 });
    const { fitted } = fitFeatures(plan, frameOf([states("a", "a", "b")]), prices(0, 3, 8), { seed: 1, fitOn: "log1p" });
    const later = transformFeatures(fitted, frameOf([states("a", "b")]));
    expect([...later.columns[0]]).toEqual([Math.log1p(3) / 2, Math.log1p(8)]);
    expect(() => fitFeatures(plan, frameOf([states("a")]), prices(-1), { seed: 1, fitOn: "log1p" })).toThrow("above -1");
  });

  it("targetMean: share of the second of two classes, one column per class of three", () => {
    const plan = statePlan({ kind: "targetMean", smoothing: 0 });
    const frame = frameOf([states("a", "a", "b", "b")]);
    const two: Target = { kind: "class", codes: Int32Array.of(0, 1, 1, 1), classes: ["no", "yes"] };
    const binary = fitFeatures(plan, frame, two, options).fitted;
    expect(binary.columnNames).toEqual(["state"]);
    expect(transformFeatures(binary, frame).columns.map((values) => [...values])).toEqual([[0.5, 0.5, 1, 1]]);
    const three: Target = { kind: "class", codes: Int32Array.of(0, 1, 2, 2), classes: ["x", "y", "z"] };
    const several = fitFeatures(plan, frame, three, options).fitted;
    expect(several.columnNames).toEqual(["state=x", "state=y", "state=z"]);
    expect(several.features[0]).toMatchObject({ column: 0, width: 3 });
    expect(transformFeatures(several, frame).columns.map((values) => [...values])).toEqual([
      [0.5, 0.5, 0, 0],
      [0.5, 0.5, 0, 0],
      [0, 0, 1, 1],
    ]);
  });
});

describe("out-of-fold target means", () => {
  it("of a training row are the shrunk means of the other folds", () => {
    const rows = 200;
    const names = Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? null : `s${row % 5}`));
    const values = Array.from({ length: rows }, (_, row) => (row * 37) % 101);
    const { trainingMatrix } = fitFeatures(
      statePlan({ kind: "targetMean", smoothing: 3 }),
      frameOf([states(...names)]),
      prices(...values),
      options,
    );
    const folds = foldByRow({ firstRow: 0, rowCount: rows }, options.seed);
    for (let row = 0; row < rows; row++) {
      const others = values.filter((_, other) => folds[other] !== folds[row]);
      const same = values.filter((_, other) => folds[other] !== folds[row] && names[other] === names[row]);
      const sum = (list: number[]) => list.reduce((total, value) => total + value, 0);
      const expected = (sum(same) + 3 * (sum(others) / others.length)) / (same.length + 3);
      expect(trainingMatrix.columns[0][row]).toBeCloseTo(expected, 10);
    }
  });

  it("do not change with the row's own target", () => {
    const names = Array.from({ length: 60 }, (_, row) => `s${row % 6}`);
    const values = Array.from({ length: 60 }, (_, row) => row / 3);
    const encode = (target: number[]) =>
      fitFeatures(statePlan({ kind: "targetMean", smoothing: 5 }), frameOf([states(...names)]), prices(...target), options)
        .trainingMatrix.columns[0];
    const before = encode(values);
    for (let row = 0; row < 60; row++) {
      expect(encode(values.with(row, 1e6))[row]).toBe(before[row]);
    }
  });

  it("are missing where no other row is", () => {
    const { trainingMatrix, fitted } = fitFeatures(
      statePlan({ kind: "targetMean", smoothing: 0 }),
      frameOf([states("a")]),
      prices(5),
      options,
    );
    expect(trainingMatrix.columns[0][0]).toBeNaN();
    expect(transformFeatures(fitted, frameOf([states("a")])).columns[0][0]).toBe(5);
  });
});

describe("a plan is refused", () => {
  const number = (name: string) => ({ name, encoder: { kind: "number" } }) as const;
  const bed = column("bed", "number");
  it.each<[string, Partial<FeaturePlan>, string]>([
    ["unknown feature", { features: [number("beds")] }, 'The feature "beds" is neither a column nor a derived value.'],
    ["feature twice", { features: [number("bed"), number("bed")] }, 'Two columns or derived values are called "bed".'],
    ["input twice", { inputs: [bed, bed] }, 'called "bed"'],
    ["derived named as an input", { derived: [{ name: "bed", expression: { op: "number", value: 1 } }] }, 'called "bed"'],
    ["category as number", { features: [number("state")] }, "a category is not a number"],
    ["no target", { features: [{ name: "state", encoder: { kind: "targetMean", smoothing: 1 } }] }, "nothing is predicted"],
    [
      "undeclared level",
      { features: [{ name: "state", encoder: { kind: "levels", levels: ["q"] } }] },
      'the level "q" is not one',
    ],
    ["derived reads derived", { derived: [derive("x", "bed"), derive("y", "x")] }, 'derived.y reads the column "x"'],
  ])("%s", (_, change, message) => {
    const plan = { inputs: [bed, column("state", "category", { levels: ["a"] })], derived: [], features: [], ...change };
    expect(() => fitFeatures(plan, frameOf([], 0), null, options)).toThrow(message);
  });

  function derive(name: string, from: string) {
    return { name, expression: { op: "column", name: from } } as const;
  }

  it("native levels are codes of which the matrix says so", () => {
    const plan = statePlan({ kind: "levels", levels: null, native: true });
    const { fitted, trainingMatrix } = fitFeatures(plan, frameOf([states("b", "a", "b", null)]), null, options);
    expect(trainingMatrix.categoryCounts).toEqual([2]);
    expect([...trainingMatrix.columns[0]]).toEqual([0, 1, 0, Number.NaN]);
    expect([...transformFeatures(fitted, frameOf([states("c", "a")])).columns[0]]).toEqual([Number.NaN, 1]);
  });

  it("and so are rows that do not fit", () => {
    const plan = statePlan({ kind: "frequency" });
    const required = { ...plan, inputs: [column("state", "category", { optional: false })] };
    expect(() => fitFeatures(required, frameOf([], 2), null, options)).toThrow('The table has no column "state".');
    expect(() => fitFeatures(plan, frameOf([["state", { kind: "number", values: Float64Array.of(1) }]]), null, options)).toThrow(
      'The column "state" holds category values in one table and number values in another.',
    );
    expect(() => fitFeatures(plan, frameOf([states("a")]), prices(1, 2), options)).toThrow('The column "target" has 2 rows');
  });
});
