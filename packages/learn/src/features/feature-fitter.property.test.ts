import fc from "fast-check";
import { expect, it } from "vitest";
import type { Frame } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { compactLevels, selectRows } from "../frame/select.js";
import type { Target } from "../model/model.js";
import { assignParts } from "../split/assign-parts.js";
import { PartAssigner } from "../split/part-assigner.js";
import type { SplitPlan } from "../split/split-plan.js";
import { FeatureFitter } from "./feature-fitter.js";
import type { FeaturePlan } from "./feature-plan.js";
import { fitFeatures } from "./fit-features.js";

const plan: FeaturePlan = {
  inputs: [
    { name: "size", from: [], type: "number", optional: true },
    { name: "city", from: [], type: "category", optional: true },
    { name: "kind", from: [], type: "category", optional: true },
    { name: "zip", from: [], type: "number", optional: true },
  ],
  derived: [
    { name: "double", expression: { op: "add", left: { op: "column", name: "size" }, right: { op: "number", value: 2 } } },
  ],
  features: [
    { name: "size", encoder: { kind: "number" } },
    { name: "city", encoder: { kind: "targetMean", smoothing: 3 } },
    { name: "kind", encoder: { kind: "levels", levels: null, native: true } },
    { name: "zip", encoder: { kind: "frequency" } },
    { name: "double", encoder: { kind: "number" } },
  ],
};

interface Row {
  readonly size: number;
  readonly city: number;
  readonly kind: number;
  readonly target: number;
}

const row = fc.record({
  size: fc.oneof(fc.constant(Number.NaN), fc.constantFrom(1, 2, 3), fc.double({ min: -10, max: 10, noNaN: true })),
  city: fc.integer({ min: -1, max: 5 }),
  kind: fc.integer({ min: -1, max: 2 }),
  target: fc.double({ min: 0, max: 1e6, noNaN: true }),
});
const rows = fc.array(row, { minLength: 6, maxLength: 120 });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

function frameOfRows(all: readonly Row[]): Frame {
  const codes = (name: "city" | "kind") => Int32Array.from(all, (own) => own[name]);
  const size = Float64Array.from(all, (own) => own.size);
  return frameOf([
    ["size", { kind: "number", values: size }],
    ["city", { kind: "category", codes: codes("city"), levels: ["f", "e", "d", "c", "b", "a"] }],
    ["kind", { kind: "category", codes: codes("kind"), levels: ["x", "y", "z"] }],
    ["zip", { kind: "number", values: size.map((value) => Math.round(value)) }],
  ]);
}

/** The rows in parts whose dictionaries are their own, as a file's row groups are. */
function inParts(frame: Frame, shares: readonly number[]): Frame[] {
  const ends = [...shares, 1].map((share) => Math.round(share * frame.rowCount)).sort((one, other) => one - other);
  return ends.map((end, place) => {
    const begin = place === 0 ? 0 : ends[place - 1];
    const part = selectRows(
      frame,
      Uint32Array.from({ length: end - begin }, (_, position) => begin + position),
    );
    const columns = [...part.columns].map(
      ([name, column]) => [name, column.kind === "category" ? compactLevels(column) : column] as const,
    );
    return frameOf(columns, part.rowCount);
  });
}

it("features are fitted alike, to the bit, whatever the parts that rows come in", () => {
  fc.assert(
    fc.property(rows, cuts, fc.boolean(), (all, shares, ofClasses) => {
      const frame = frameOfRows(all);
      const target: Target = ofClasses
        ? { kind: "class", codes: Int32Array.from(all, (own) => Math.max(0, own.kind)), classes: ["x", "y", "z"] }
        : { kind: "number", values: Float64Array.from(all, (own) => own.target) };
      const options = { seed: 4, fitOn: ofClasses ? "value" : "log1p" } as const;
      const whole = fitFeatures(plan, frame, target, options);
      const fitter = new FeatureFitter(plan, target, frame.rowCount, options);
      const parts = inParts(frame, shares);
      for (const part of parts) fitter.add(part);
      const trained = fitter.finish();
      expect(trained.fitted).toEqual(whole.fitted);
      expect(trained.categoryCounts).toEqual(whole.trainingMatrix.categoryCounts);
      let firstRow = 0;
      for (const part of parts) {
        const matrix = trained.matrixOf(part, firstRow);
        const end = firstRow + part.rowCount;
        expect(matrix.columns).toEqual(whole.trainingMatrix.columns.map((values) => values.slice(firstRow, end)));
        firstRow = end;
      }
    }),
    { numRuns: 60, seed: 12 },
  );
});

it("parts are assigned alike, whatever the parts that rows come in", () => {
  const shares = { test: 0.3, validation: 0.2 };
  const splits: SplitPlan[] = [
    { kind: "shuffled", ...shares, seed: 3, stratify: null },
    { kind: "shuffled", ...shares, seed: 3, stratify: "kind" },
    { kind: "byGroup", columns: ["city"], ...shares, seed: 3, stratify: "kind" },
    { kind: "byLevel", column: "city", test: ["a", "b"], validation: ["c"] },
  ];
  const assigned = (work: () => Uint8Array): unknown => {
    try {
      return work();
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  fc.assert(
    fc.property(rows, cuts, fc.constantFrom(...splits), (all, ends, split) => {
      const frame = frameOfRows(all);
      const inPieces = assigned(() => {
        const assigner = new PartAssigner(split, frame.rowCount);
        for (const part of inParts(frame, ends)) assigner.add(part);
        return assigner.finish();
      });
      expect(inPieces).toEqual(assigned(() => assignParts(split, frame)));
    }),
    { numRuns: 100, seed: 13 },
  );
});
