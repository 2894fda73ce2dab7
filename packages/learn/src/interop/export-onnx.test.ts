import { describe, expect, it } from "vitest";
import { EXAMPLES, exampleBundle } from "../bundle/example-bundles.test.data.js";
import { exportOnnx } from "./export-onnx.js";
import { MessageWriter } from "./onnx/protobuf.js";

/** The fields of a protobuf message by number: bytes of texts and messages, numbers of varints. */
function fieldsOf(bytes: Uint8Array): Map<number, (Uint8Array | bigint)[]> {
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (position < bytes.length) {
    const tag = Number(varint());
    const list = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, list);
    if ((tag & 7) === 0) list.push(varint());
    else {
      const length = (tag & 7) === 5 ? 4 : Number(varint());
      list.push(bytes.subarray(position, position + length));
      position += length;
    }
  }
  return fields;
}

const messages = (fields: Map<number, (Uint8Array | bigint)[]>, field: number) =>
  (fields.get(field) ?? []).map((bytes) => fieldsOf(bytes as Uint8Array));
const texts = (fields: Map<number, (Uint8Array | bigint)[]>, field: number) =>
  (fields.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));

function graphOf(bytes: Uint8Array) {
  const model = fieldsOf(bytes);
  const [graph] = messages(model, 7);
  return {
    opsets: messages(model, 8).map((entry) => [texts(entry, 1)[0], Number(entry.get(2)?.[0])]),
    metadata: Object.fromEntries(messages(model, 14).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]])),
    inputs: messages(graph, 11).flatMap((value) => texts(value, 1)),
    outputs: messages(graph, 12).flatMap((value) => texts(value, 1)),
    constants: messages(graph, 5).flatMap((value) => texts(value, 8)),
    nodes: messages(graph, 1).map((node) => ({ inputs: texts(node, 1), outputs: texts(node, 2), operator: texts(node, 4)[0] })),
  };
}

describe("MessageWriter", () => {
  it("writes what the encoding guide shows", () => {
    expect([...new MessageWriter().integer(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new MessageWriter().text(2, "testing").finish()]).toEqual([0x12, 0x07, ...new TextEncoder().encode("testing")]);
    expect([...new MessageWriter().integers(6, [3, 270, 86_942]).finish()]).toEqual([0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
    expect([...new MessageWriter().integer(1, -2).finish()]).toEqual([8, 0xfe, ...new Uint8Array(8).fill(255), 1]);
    expect([...new MessageWriter().message(3, new MessageWriter().integer(1, 150)).finish()]).toEqual([0x1a, 3, 8, 0x96, 1]);
  });
});

// What the graphs compute is compared in onnxruntime: tools/interop.mjs.
describe.each(EXAMPLES)("the ONNX graph of a model that answers in %s", (example) => {
  const bundle = exampleBundle(example);
  const bytes = exportOnnx(bundle);
  const graph = graphOf(bytes);

  it("takes the columns of a request and gives the answer", () => {
    expect(graph.opsets).toEqual([
      ["", 17],
      ["ai.onnx.ml", 3],
    ]);
    expect(graph.inputs).toEqual(["bed", "size", "state", "sold", "listed"]);
    const outputs = { regression: ["value"], classification: ["label", "probability"], anomaly: ["score", "alert"] };
    expect(graph.outputs).toEqual(outputs[bundle.task]);
    expect(graph.metadata).toMatchObject({ pipeline: "homes", space: example });
  });

  it("computes each value once, before it is used", () => {
    const known = new Set([...graph.inputs, ...graph.constants]);
    const used = new Set(graph.outputs);
    for (const { inputs, outputs } of graph.nodes) {
      for (const input of inputs) {
        expect(known).toContain(input);
        used.add(input);
      }
      for (const output of outputs) {
        expect(known).not.toContain(output);
        known.add(output);
      }
    }
    expect([...known].filter((name) => !used.has(name))).toEqual([]);
    expect(graph.nodes.filter(({ operator }) => operator === "TreeEnsembleRegressor").length).toBe(1);
  });

  it("is the same file each time", () => {
    expect(exportOnnx(exampleBundle(example))).toEqual(bytes);
  });
});

describe("exportOnnx", () => {
  const bundle = exampleBundle("value");

  it("gives an output another name where a column has it, and the interval where there is one", () => {
    const inputs = bundle.features.inputs.map((column) => (column.name === "sold" ? { ...column, name: "value" } : column));
    const features = bundle.features.features.map((feature) =>
      feature.name === "sold" ? { ...feature, name: "value" } : feature,
    );
    const renamed = {
      ...bundle,
      features: { ...bundle.features, inputs, features },
      interval: { coverage: 0.9, below: -1, above: 2 },
    };
    expect(graphOf(exportOnnx(renamed)).outputs).toEqual(["value_", "lower", "upper"]);
  });

  it("refuses a model that reads no column", () => {
    const none = { ...bundle, features: { ...bundle.features, inputs: [] } };
    expect(() => exportOnnx(none)).toThrow(expect.objectContaining({ code: "LEARN_EXPORT_UNSUPPORTED" }));
  });
});
