import { expect, test } from "vitest";
import { decodeOnnxBundle, encodeOnnxBundle, isOnnxBundle, type OnnxHeader } from "./onnx-bundle.js";

const header: OnnxHeader = {
  formatVersion: 1,
  pipeline: "prices",
  task: "regression",
  target: { name: "price", unit: "USD" },
  inputs: [{ name: "bed", from: [], type: "number", optional: true }],
  classes: null,
  feed: { kind: "matrix", name: "X", type: "float32" },
  output: "variable",
  replay: { rows: [{ bed: 3 }], answers: [[12.5]] },
};

test("a bundle of ONNX is read as it was written, also out of shared memory", () => {
  const model = Uint8Array.from({ length: 1_000 }, (_, place) => place % 256);
  const bytes = encodeOnnxBundle({ header, model });
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const each of [bytes, shared]) {
    expect(isOnnxBundle(each)).toBe(true);
    const read = decodeOnnxBundle(each);
    expect(read.header).toEqual(header);
    expect(Buffer.from(read.model).equals(Buffer.from(model))).toBe(true);
  }
});

test("broken bytes are refused", () => {
  const bytes = encodeOnnxBundle({ header, model: new Uint8Array(10) });
  expect(isOnnxBundle(new TextEncoder().encode("something else"))).toBe(false);
  for (const length of [15, 18, 40]) expect(() => decodeOnnxBundle(bytes.subarray(0, length))).toThrow("cannot be read");
  const newer = encodeOnnxBundle({ header: { ...header, formatVersion: 2 as 1 }, model: new Uint8Array(10) });
  expect(() => decodeOnnxBundle(newer)).toThrow("format 2");
});
