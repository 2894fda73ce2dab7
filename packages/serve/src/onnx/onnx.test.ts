import { frameOf } from "@atalaya/learn";
import { encodeOnnxBundle, type OnnxHeader } from "@atalaya/registry";
import { describe, expect, it, test } from "vitest";
import { openBundle } from "../models/open-bundle.js";
import { feedsOf, numbersOf } from "./onnx-feeds.js";
import { hasOnnxRuntime, type OnnxSession } from "./onnx-runtime.js";

const inputs = [
  { name: "bed", from: [], type: "integer", optional: false },
  { name: "state", from: [], type: "category", optional: true },
  { name: "sold", from: [], type: "boolean", optional: false },
] as const;
const frame = frameOf([
  ["bed", { kind: "number", values: Float64Array.of(3, 4) }],
  ["state", { kind: "category", codes: Int32Array.of(1, -1), levels: ["Ohio", "Iowa"] }],
  ["sold", { kind: "boolean", values: Float64Array.of(1, 0) }],
]);

test("columns become tensors of the types that the model reads", () => {
  const feed = {
    kind: "columns",
    tensors: [
      { name: "bed", type: "int64", rank: 2 },
      { name: "state", type: "string", rank: 2 },
      { name: "sold", type: "bool", rank: 1 },
    ],
  } as const;
  expect(feedsOf({ inputs, feed }, frame)).toEqual({
    bed: { type: "int64", dims: [2, 1], data: BigInt64Array.of(3n, 4n) },
    state: { type: "string", dims: [2, 1], data: ["Iowa", ""] },
    sold: { type: "bool", dims: [2], data: Uint8Array.of(1, 0) },
  });
});

test("a table is one tensor, row by row, with NaN where a number is missing", () => {
  const numbers = frameOf([
    ["a", { kind: "number", values: Float64Array.of(1, Number.NaN) }],
    ["b", { kind: "number", values: Float64Array.of(3, 4) }],
  ]);
  const columns = ["a", "b"].map((name) => ({ name, from: [], type: "number", optional: true }) as const);
  const feed = { kind: "matrix", name: "X", type: "float32" } as const;
  expect(feedsOf({ inputs: columns, feed }, numbers)).toEqual({
    X: { type: "float32", dims: [2, 2], data: Float32Array.of(1, 3, Number.NaN, 4) },
  });
});

describe("answers", () => {
  const header: OnnxHeader = {
    formatVersion: 1,
    pipeline: "homes",
    task: "classification",
    target: { name: "sold", unit: null },
    inputs,
    classes: ["no", "yes"],
    feed: { kind: "columns", tensors: [] },
    output: "p",
    replay: { rows: [], answers: [] },
  };
  const session = (data: Float32Array): OnnxSession => ({
    inputs: [],
    outputs: [],
    run: () => ({ p: { type: "float32", dims: [2, data.length / 2], data } }),
  });

  it("of two classes may be the probability of the second alone", () => {
    expect(numbersOf(session(Float32Array.of(0.25, 1)), header, frame)).toEqual([
      [0.75, 0.25],
      [0, 1],
    ]);
    expect(numbersOf(session(Float32Array.of(0.5, 0.5, 0.25, 0.75)), header, frame)).toEqual([
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
  });

  it.skipIf(hasOnnxRuntime())("need onnxruntime-node, and say so where it is not", () => {
    const bytes = encodeOnnxBundle({ header, model: Uint8Array.of(1, 2, 3) });
    expect(() => openBundle(bytes)).toThrow("ONNX models need onnxruntime-node");
  });
});
