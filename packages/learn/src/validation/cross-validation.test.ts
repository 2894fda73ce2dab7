import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "../frame/frame.js";
import { createRandom } from "../random/random.js";
import { type CrossValidationPlan, crossValidate, crossValidationFolds } from "./cross-validation.js";

function frameOf(rowCount: number, seed = 1): Frame {
  const random = createRandom(seed);
  const draw = (bound: number) => Int32Array.from({ length: rowCount }, () => random.integer(bound));
  const levels = (count: number) => Array.from({ length: count }, (_, level) => `level ${level}`);
  return {
    rowCount,
    columns: new Map([
      ["size", { kind: "number", values: Float64Array.from({ length: rowCount }, () => random.next()) }],
      ["owner", { kind: "category", codes: draw(40), levels: levels(40) }],
      ["kind", { kind: "category", codes: draw(10).map((code) => (code < 8 ? 0 : code - 7)), levels: levels(3) }],
      ["at", { kind: "time", values: Float64Array.from({ length: rowCount }, () => Math.floor(random.next() * 1e6)) }],
    ]),
  };
}

const rest = { folds: 5, seed: 3, stratify: null };
const column = (frame: Frame, name: string): ArrayLike<number> => {
  const own = frame.columns.get(name);
  if (own === undefined) throw new Error(name);
  return own.kind === "category" ? own.codes : own.values;
};

describe("crossValidationFolds", () => {
  it("tests every row once, and trains on all others", () => {
    const plans: CrossValidationPlan[] = [
      { kind: "shuffled", ...rest },
      { kind: "shuffled", ...rest, stratify: "kind" },
      { kind: "byGroup", ...rest, columns: ["owner"] },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...plans),
        fc.integer({ min: 150, max: 400 }),
        fc.integer({ min: 2, max: 7 }),
        (plan, rows, folds) => {
          const frame = frameOf(rows, rows);
          const tested = new Uint8Array(rows);
          for (const { train, test } of crossValidationFolds({ ...plan, folds }, frame)) {
            expect(train.length + test.length).toBe(rows);
            expect(new Set([...train, ...test]).size).toBe(rows);
            for (const row of test) tested[row]++;
          }
          expect(tested.every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps shares of a stratum within a row, and a group in one fold", () => {
    const frame = frameOf(500);
    const kinds = column(frame, "kind");
    const ofKind = crossValidationFolds({ kind: "shuffled", ...rest, stratify: "kind" }, frame).map(({ test }) =>
      [0, 1, 2].map((kind) => test.filter((row) => kinds[row] === kind).length),
    );
    for (const kind of [0, 1, 2]) {
      const counts = ofKind.map((fold) => fold[kind]);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    const owners = column(frame, "owner");
    const grouped = crossValidationFolds({ kind: "byGroup", ...rest, columns: ["owner"] }, frame);
    for (const { train, test } of grouped) {
      const inTest = new Set(Array.from(test, (row) => owners[row]));
      expect(Array.from(train, (row) => owners[row]).some((owner) => inTest.has(owner))).toBe(false);
      expect(test.length).toBeGreaterThan(60);
    }
  });

  it("does not depend on the order of the rows", () => {
    const frame = frameOf(200);
    const backwards: Frame = {
      rowCount: 200,
      columns: new Map(
        Array.from(frame.columns, ([name, own]) => [
          name,
          own.kind === "category"
            ? { ...own, codes: own.codes.slice().reverse() }
            : { ...own, values: own.values.slice().reverse() },
        ]),
      ),
    };
    const folds = crossValidationFolds({ kind: "shuffled", ...rest }, frame).map(({ test }) => [...test]);
    const mirrored = crossValidationFolds({ kind: "shuffled", ...rest }, backwards).map(({ test }) =>
      Array.from(test, (row) => 199 - row).sort((a, b) => a - b),
    );
    expect(mirrored).toEqual(folds);
  });

  it("by time: as scikit-learn's TimeSeriesSplit, and equal times stay together", () => {
    const times = (...values: number[]): Frame => ({
      rowCount: values.length,
      columns: new Map([["at", { kind: "time", values: Float64Array.from(values) }]]),
    });
    const plan: CrossValidationPlan = { kind: "byTime", folds: 3, column: "at" };
    const plain = crossValidationFolds(plan, times(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(plain.map(({ train, test }) => [train.length, ...test])).toEqual([
      [4, 4, 5],
      [6, 6, 7],
      [8, 8, 9],
    ]);
    const tied = crossValidationFolds({ ...plan, folds: 2 }, times(5, 1, 5, 2, Number.NaN, 5, 9, 8));
    expect(tied.map(({ train, test }) => [[...train], [...test]])).toEqual([
      [
        [1, 3],
        [0, 2, 5],
      ],
      [
        [0, 1, 2, 3, 5],
        [6, 7],
      ],
    ]);
  });

  it.each([
    ["2 folds or more", { kind: "shuffled", ...rest, folds: 1 }, 50],
    ["too few", { kind: "shuffled", ...rest, folds: 9 }, 5],
    ["names no column", { kind: "byGroup", ...rest, columns: [] }, 50],
    ["no time", { kind: "byTime", folds: 2, column: "size" }, 50],
    ["too few", { kind: "byTime", folds: 9, column: "at" }, 5],
  ] as [string, CrossValidationPlan, number][])("refuses: %s", (problem, plan, rows) => {
    expect(() => crossValidationFolds(plan, frameOf(rows))).toThrow(
      expect.objectContaining({ code: "LEARN_CROSS_VALIDATION_INVALID", message: expect.stringContaining(problem) }),
    );
  });
});

describe("crossValidate", () => {
  it("sums up what could be measured", () => {
    const folds = crossValidationFolds({ kind: "shuffled", ...rest, folds: 3 }, frameOf(30));
    const summed = crossValidate(folds, (_, number) => ({
      rmse: { value: number },
      r2: number === 1 ? { notMeasured: "one row has no variance" } : { value: 0.5 },
      mae: { notMeasured: "there are no rows" },
    }));
    expect(summed).toEqual({
      rmse: { mean: 1, deviation: 1, byFold: [0, 1, 2] },
      r2: { mean: 0.5, deviation: 0, byFold: [0.5, null, 0.5] },
    });
  });
});
