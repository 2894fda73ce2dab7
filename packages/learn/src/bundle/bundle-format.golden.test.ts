/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ModelBundle } from "./bundle.js";
import { canonicalJson } from "./canonical-json.js";
import { decodeBundle } from "./decode-bundle.js";
import { encodeBundle } from "./encode-bundle.js";
import { exampleBundle, homes } from "./example-bundles.test.data.js";
import { checkReplay } from "./replay.js";
import { createScorer } from "./scorer.js";

const goldens = new URL("../../goldens/", import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, goldens), "utf8"));

interface FormatCase {
  readonly format: number;
  readonly example: string;
  readonly tolerance: number;
  readonly answers: unknown[];
  readonly explanations: number[][][];
}

/** Every released format has model files that are read forever. */
const cases: FormatCase[] = readdirSync(goldens)
  .filter((name) => name.startsWith("bundle-format-"))
  .flatMap((name) => {
    const { tolerance, versions } = readJson(`${name}/case.json`);
    const expected = Object.entries(readJson(`${name}/expected.json`)) as [string, FormatCase][];
    return expected.map(([example, said]) => ({ ...said, example, tolerance, format: versions.format }));
  });

/** Every number in a value, in order. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function expectClose(got: unknown, wanted: unknown, tolerance: number): void {
  const numbers = numbersIn(got);
  const others = numbersIn(wanted);
  expect(numbers.length).toBe(others.length);
  const size = Math.max(...others.map(Math.abs));
  for (const [place, value] of numbers.entries()) expect(Math.abs(value - others[place]) / size).toBeLessThan(tolerance);
}

describe.each(cases)("a model file of format $format: $example", ({ format, example, tolerance, ...expected }) => {
  const bytes = new Uint8Array(readFileSync(new URL(`bundle-format-${format}/${example}.atalaya`, goldens)));
  const bundle = decodeBundle(bytes);

  it("replays bit for bit", () => {
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true)).toBe(format);
    expect(checkReplay(bundle)).toEqual({ ok: true, rows: 20 });
  });

  it("answers and explains as it did when it was made", () => {
    const scorer = createScorer(bundle);
    const rows = homes(25, 77);
    expectClose(scorer.answer(rows), expected.answers, tolerance);
    const explanations = scorer
      .explain(rows)
      .map(({ outputs }) => outputs.map(({ base, output, effects }) => [base, output, ...effects.map(({ effect }) => effect)]));
    expectClose(explanations, expected.explanations, tolerance);
  });

  it("is written in the present format, and means the same there", () => {
    const written = encodeBundle(bundle);
    expect(new DataView(written.buffer).getUint32(8, true)).toBe(2);
    expect(canonicalJson(decodeBundle(written))).toBe(canonicalJson(bundle));
  });
});

describe("format 2", () => {
  const value = exampleBundle("value");
  const binary = exampleBundle("logOdds");
  const roundTrip = (bundle: ModelBundle) => decodeBundle(encodeBundle(bundle));

  it("keeps category sets, precision and what is linear", () => {
    const { trees } = value.model;
    const nodes = trees.featureByNode.length;
    const split = trees.featureByNode.findIndex((feature) => feature >= 0);
    const model = {
      ...value.model,
      trees: {
        ...trees,
        categorySetByNode: new Int32Array(nodes).fill(-1).with(split, 1),
        categorySetStart: Int32Array.of(0, 1, 3),
        categoryWords: Int32Array.of(5, -1, 1 << 31),
        zeroIsMissingByFeature: new Uint8Array(trees.featureCount).with(2, 1),
        precision: "float32" as const,
      },
      linear: {
        weights: Float64Array.from({ length: trees.featureCount }, (_, column) => column / 3),
        mean: new Float64Array(trees.featureCount),
        fill: new Float64Array(trees.featureCount).fill(2),
      },
    };
    const bundle = { ...value, model };
    const back = roundTrip(bundle);
    expect(back.model).toEqual(model);
    expect(encodeBundle(back)).toEqual(encodeBundle(bundle));
  });

  it("keeps calibration, interval and decision threshold", () => {
    const calibration = { kind: "isotonic", byClass: [{ score: [-1, 2], probability: [0.1, 0.7] }] } as const;
    const calibrated = { ...binary, calibration, decisionThreshold: 0.3 };
    expect(roundTrip(calibrated)).toMatchObject({ calibration, decisionThreshold: 0.3 });
    const platt = { kind: "platt", byClass: [{ slope: 1.5, intercept: -0.25 }] } as const;
    expect(roundTrip({ ...binary, calibration: platt }).calibration).toEqual(platt);
    const interval = { coverage: 0.9, below: -3.5, above: 4 };
    expect(roundTrip({ ...value, interval }).interval).toEqual(interval);
    expect(Object.keys(roundTrip(value))).not.toContain("interval");
  });

  it.each<[string, ModelBundle, string]>([
    ["a calibration of numbers", { ...value, calibration: { kind: "platt", byClass: [] } }, "does not fit the space value"],
    ["too few curves", { ...binary, calibration: { kind: "isotonic", byClass: [] } }, "has 0 entries instead of 1"],
    [
      "a falling curve",
      { ...binary, calibration: { kind: "isotonic", byClass: [{ score: [0, 1], probability: [0.5, 0.4] }] } },
      "falls, or is no probability, at 1",
    ],
    [
      "a curve that does not ascend",
      { ...binary, calibration: { kind: "isotonic", byClass: [{ score: [0, 0], probability: [0.5, 0.6] }] } },
      "does not ascend at 1",
    ],
    ["a threshold of numbers", { ...value, decisionThreshold: 0.5 }, "is for two classes only"],
    ["a threshold above 1", { ...binary, decisionThreshold: 1.5 }, "is no probability"],
    ["an interval of classes", { ...binary, interval: { coverage: 0.9, below: -1, above: 1 } }, "does not fit the space logOdds"],
    ["a coverage of 1", { ...value, interval: { coverage: 1, below: -1, above: 1 } }, "does not lie between 0 and 1"],
    ["an empty interval", { ...value, interval: { coverage: 0.9, below: 1, above: -1 } }, "is empty"],
  ])("refuses %s", (_, bundle, message) => {
    expect(() => encodeBundle(bundle)).toThrow(message);
  });

  it.each<[string, Partial<ModelBundle["model"]["trees"]>, string]>([
    [
      "sets out of range",
      { categorySetByNode: new Int32Array(value.model.trees.featureByNode.length) },
      "by the category set 0 of 0",
    ],
    ["words that no set covers", { categoryWords: Int32Array.of(1) }, "do not cover 1 words"],
    ["no end of the sets", { categorySetStart: new Int32Array(0) }, "do not cover 0 words"],
    [
      "sets that fall back",
      { categorySetStart: Int32Array.of(0, 2, 1), categoryWords: Int32Array.of(1) },
      "holds 1 in categorySetStart at 2",
    ],
    ["a flag for some features", { zeroIsMissingByFeature: Uint8Array.of(1) }, "has 1 entries of zeroIsMissingByFeature"],
  ])("refuses %s", (_, change, message) => {
    const model = { ...value.model, trees: { ...value.model.trees, ...change } };
    expect(() => encodeBundle({ ...value, model })).toThrow(message);
  });
});
