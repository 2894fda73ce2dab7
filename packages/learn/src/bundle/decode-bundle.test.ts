import { isAtalayaError } from "@atalaya/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TreeEnsemble } from "../model/model.js";
import { thresholdsOnly } from "../trees/thresholds-only.js";
import type { ModelBundle } from "./bundle.js";
import { canonicalJson } from "./canonical-json.js";
import { decodeBundle } from "./decode-bundle.js";
import { encodeBundle } from "./encode-bundle.js";
import { EXAMPLES, exampleBundle } from "./example-bundles.test.data.js";
import { alignedTo8, PREFIX_BYTES } from "./layout.js";
import { checkReplay } from "./replay.js";
import { createScorer } from "./scorer.js";

const bundle = exampleBundle("value");
const bytes = encodeBundle(bundle);

/** The file with another header (JSON text) in front of the same arrays. */
function withHeader(file: Uint8Array, change: (header: string) => string): Uint8Array {
  const length = new DataView(file.buffer).getUint32(12, true);
  const header = new TextEncoder().encode(change(new TextDecoder().decode(file.subarray(PREFIX_BYTES, PREFIX_BYTES + length))));
  const arrays = file.subarray(alignedTo8(PREFIX_BYTES + length));
  const changed = new Uint8Array(alignedTo8(PREFIX_BYTES + header.length) + arrays.length);
  changed.set(file.subarray(0, 12));
  new DataView(changed.buffer).setUint32(12, header.length, true);
  changed.set(header, PREFIX_BYTES);
  changed.set(arrays, alignedTo8(PREFIX_BYTES + header.length));
  return changed;
}

type Tree = Record<string, unknown>;

function withParsed(change: (header: Tree) => void): Uint8Array {
  return withHeader(bytes, (text) => {
    const header = JSON.parse(text) as Tree;
    change(header);
    return canonicalJson(header);
  });
}

/** Encodes without reading back, by putting the trees into an encoded file of the same shape. */
function withTrees(change: Partial<TreeEnsemble>): Uint8Array {
  const file = bytes.slice();
  const header = new DataView(file.buffer).getUint32(12, true);
  const start = alignedTo8(PREFIX_BYTES + header);
  const parsed = JSON.parse(new TextDecoder().decode(file.subarray(PREFIX_BYTES, PREFIX_BYTES + header)));
  for (const [name, values] of Object.entries(change)) {
    const array = values as Float64Array;
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + parsed.model.trees.arrays[name].offset);
  }
  return file;
}

describe("decodeBundle", () => {
  it.each<[string, Uint8Array]>([
    ["no bytes", new Uint8Array()],
    ["text", new TextEncoder().encode("bed,bath,price\n1,2,3\n and more")],
    ["a pickle", Uint8Array.of(0x80, 4, 0x95, ...new Uint8Array(30))],
  ])("refuses %s", (_, file) => {
    expect(() => decodeBundle(file)).toThrow(expect.objectContaining({ code: "LEARN_BUNDLE_NOT_A_MODEL" }));
  });

  it("names the versions when the file is of another format", () => {
    const newer = bytes.slice();
    new DataView(newer.buffer).setUint32(8, 7, true);
    expect(() => decodeBundle(newer)).toThrow(
      expect.objectContaining({
        code: "LEARN_BUNDLE_VERSION_UNKNOWN",
        message: "The model file has format version 7; this Atalaya reads versions 1 to 2.",
        hint: "Upgrade Atalaya, or load a version trained by this release.",
      }),
    );
  });

  it("notices every cut", () => {
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let end = 0; end < bytes.length; end += step) {
      expect(() => decodeBundle(bytes.subarray(0, end))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^LEARN_BUNDLE_/) }),
      );
    }
    expect(() => decodeBundle(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short|uses/);
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(() => decodeBundle(longer)).toThrow("bytes.");
  });

  it("refuses a header that is not JSON, or nested beyond reason", () => {
    expect(() => decodeBundle(withHeader(bytes, (text) => text.slice(1)))).toThrow("has a header that is not JSON");
    expect(() => decodeBundle(withHeader(bytes, () => "[]"))).toThrow("The model file is damaged: header is not an object.");
    const deep = '{"op":"abs","of":'.repeat(100_000);
    expect(() =>
      decodeBundle(withHeader(bytes, () => `{"task":"regression","features":${deep}1${"}".repeat(100_000)}}`)),
    ).toThrow(expect.objectContaining({ code: "LEARN_BUNDLE_BROKEN" }));
  });

  it.each<[string, (header: Tree) => void, string]>([
    ["task", (header) => Object.assign(header, { task: "magic" }), "header.task is none of regression, classification, anomaly"],
    ["target", (header) => Object.assign(header, { target: null }), "header.target does not fit the task regression"],
    [
      "space",
      (header) => Object.assign(header.model as Tree, { space: "softmax" }),
      "header.model.space is none of value, exp, log1p",
    ],
    ["classes", (header) => Object.assign(header.model as Tree, { classes: ["a"] }), "header.model has 1 classes instead of 0"],
    [
      "columns",
      (header) => Object.assign(header.features as Tree, { columnNames: [] }),
      "header.features.columnNames has 0 entries",
    ],
    [
      "replay",
      (header) => Object.assign(header.replay as Tree, { outputs: [] }),
      "header.replay.outputs has 0 entries instead of 20",
    ],
    [
      "replay row",
      (header) => Object.assign(header.replay as Tree, { rows: [{ bed: {} }] }),
      'holds more than one value in "bed"',
    ],
    [
      "input type",
      (header) => ((header.features as { inputs: Tree[] }).inputs[0].type = "eval"),
      "header.features.inputs[0].type is none of",
    ],
    ["twice", (header) => ((header.features as { inputs: Tree[] }).inputs[0].name = "size"), 'called "size"'],
    ["pipeline", (header) => Reflect.deleteProperty(header, "pipeline"), "header.pipeline is not text"],
    [
      "sketch",
      (header) => ((header.reference as { rows: number }[])[0].rows = -1),
      "header.reference[0].rows is no whole number",
    ],
  ])("refuses a wrong %s and says where", (_, change, message) => {
    expect(() => decodeBundle(withParsed(change))).toThrow(message);
  });

  it("refuses an expression that does not fit its columns", () => {
    const state = { op: "add", left: { op: "column", name: "state" }, right: { op: "number", value: 1 } };
    const change = (header: Tree) => {
      (header.features as { derived: Tree[] }).derived[0].expression = state;
    };
    expect(() => decodeBundle(withParsed(change))).toThrow("derived.perBed.left (of add) takes a number, but this is a category");
  });

  describe("refuses trees", () => {
    const { trees } = bundle.model;
    const inner = trees.featureByNode.findIndex((feature) => feature >= 0);
    it.each<[string, Partial<TreeEnsemble>, RegExp]>([
      ["with a cycle", { leftByNode: trees.leftByNode.with(inner, inner) }, /leads from node \d+ to \d+/],
      ["that lead out", { rightByNode: trees.rightByNode.with(inner, 1e9) }, /leads from node \d+ to 1000000000/],
      ["that lead nowhere", { rightByNode: trees.rightByNode.with(inner, -1) }, /leads from node \d+ to -1/],
      ["whose paths meet", { rightByNode: trees.rightByNode.with(inner, trees.leftByNode[inner]) }, /uses node \d+ twice/],
      ["without such a root", { rootByTree: trees.rootByTree.with(0, 1e6) }, /has the root 1000000/],
      ["with one root twice", { rootByTree: trees.rootByTree.with(1, trees.rootByTree[0]) }, /uses node \d+ twice/],
      ["of an unknown feature", { featureByNode: trees.featureByNode.with(inner, 99) }, /on the feature 99 of 6/],
      ["of an unknown output", { outputByTree: trees.outputByTree.with(0, 5) }, /adds tree 0 to the output 5 of 1/],
      ["with NaN", { thresholdByNode: trees.thresholdByNode.with(inner, Number.NaN) }, /holds NaN in thresholdByNode/],
      ["with infinity", { valueByNode: trees.valueByNode.with(0, Number.NEGATIVE_INFINITY) }, /holds -Infinity in valueByNode/],
      ["with a negative cover", { coverByNode: trees.coverByNode.with(0, -3) }, /has the cover -3/],
      ["with a flag of 2", { missingLeftByNode: trees.missingLeftByNode.with(0, 2) }, /holds 2 in missingLeftByNode/],
    ])("%s", (_, change, message) => {
      expect(() => decodeBundle(withTrees(change))).toThrow(message);
    });

    it("that are deeper than a stack", () => {
      const splits = 5_000;
      const nodes = 2 * splits + 1;
      const isSplit = (node: number) => node % 2 === 0 && node < nodes - 1;
      const chain: TreeEnsemble = {
        featureCount: 6,
        outputCount: 1,
        rootByTree: Int32Array.of(0),
        outputByTree: Int32Array.of(0),
        featureByNode: Int32Array.from({ length: nodes }, (_, node) => (isSplit(node) ? 0 : -1)),
        thresholdByNode: new Float64Array(nodes),
        leftByNode: Int32Array.from({ length: nodes }, (_, node) => (isSplit(node) ? node + 1 : -1)),
        rightByNode: Int32Array.from({ length: nodes }, (_, node) => (isSplit(node) ? node + 2 : -1)),
        missingLeftByNode: new Uint8Array(nodes),
        valueByNode: new Float64Array(nodes),
        coverByNode: new Float64Array(nodes).fill(1),
        gainByNode: new Float64Array(nodes),
        baseByOutput: new Float64Array(1),
        ...thresholdsOnly(nodes),
      };
      expect(() => encodeBundle({ ...bundle, model: { ...bundle.model, trees: chain } })).toThrow(
        "is more than 1024 splits deep",
      );
    });
  });
});

/** A file that decodes must also be safe to use. */
function useAll(decoded: ModelBundle): void {
  checkReplay(decoded);
  const scorer = createScorer(decoded);
  const { frame } = scorer.read(decoded.replay.rows.slice(0, 2));
  scorer.answer(frame);
  try {
    scorer.explain(frame);
  } catch (error) {
    // Damaged numbers may not add up, which is said.
    if (!isAtalayaError(error)) throw error;
  }
}

describe("any damage to a model file", () => {
  const files = EXAMPLES.map((example) => encodeBundle(exampleBundle(example)));

  it("ends in a coded error or in a model that can be used", () => {
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 0, max: 255 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, (file, changes) => {
        const broken = file.slice();
        for (const [place, byte] of changes) broken[Math.floor(place * broken.length)] = byte;
        try {
          useAll(decodeBundle(broken));
        } catch (error) {
          expect(isAtalayaError(error) && error.code).toMatch(/^LEARN_BUNDLE_/);
        }
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});
