import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundle, encodeBundle, exportOnnx, fitFeatures, fitModel, frameOf, importXgboostJson } from "@atalaya/learn";
import { afterAll, describe, expect, it } from "vitest";
import { type ExportFormat, exportVersion } from "./export-version.js";

const size = Float64Array.from({ length: 100 }, (_, row) => 50 + row);
const frame = frameOf([["size", { kind: "number", values: size }]]);
const target = { kind: "number", values: size.map((own) => own * 3_000) } as const;
const { fitted, trainingMatrix } = fitFeatures(
  {
    inputs: [{ name: "size", from: [], type: "number", optional: true }],
    derived: [],
    features: [{ name: "size", encoder: { kind: "number" } }],
  },
  frame,
  target,
  { seed: 1, fitOn: "value" },
);
const specification = { learner: "gradientBoosting", parameters: { trees: 3, leaves: 4 } } as const;
const model = fitModel(specification, { matrix: trainingMatrix, target });
const bundle = buildBundle({
  pipeline: "homes",
  target: { name: "price", unit: "USD" },
  features: fitted,
  model,
  trainingRows: frame,
});
const bytes = encodeBundle(bundle);

const folder = mkdtempSync(join(tmpdir(), "atalaya-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(format: ExportFormat, version: number | null) {
  const asked: unknown[] = [];
  const answers: unknown[] = [];
  const registry = {
    loadBundle: async (pipeline: string, choice: unknown) => {
      asked.push([pipeline, choice]);
      return { version: 7, hash: "abc", bytes };
    },
    versionOf: async () => {
      throw new Error("the version itself is not asked for");
    },
  };
  const terminal = { answer: (value: unknown, lines: readonly string[]) => void answers.push(value, lines) };
  const request = { pipeline: "homes", version, alias: "production", format, out: `model.${format}`, workingDirectory: folder };
  await exportVersion(registry, terminal, request);
  return { asked, answers, file: new Uint8Array(readFileSync(join(folder, `model.${format}`))) };
}

describe("exportVersion", () => {
  it("writes the bundle of the version that carries the alias as it is", async () => {
    const { asked, answers, file } = await exported("bundle", null);
    expect(asked).toEqual([["homes", { alias: "production" }]]);
    expect(file).toEqual(bytes);
    const path = join(folder, "model.bundle");
    expect(answers).toEqual([
      { pipeline: "homes", version: 7, hash: "abc", format: "bundle", file: path, bytes: bytes.byteLength },
      [`wrote homes v7 to ${path}`],
    ]);
  });

  it("writes ONNX, and the trees for XGBoost", async () => {
    expect((await exported("onnx", 7)).file).toEqual(exportOnnx(bundle));
    const { asked, file } = await exported("xgboost", 7);
    expect(asked).toEqual([["homes", { version: 7 }]]);
    expect(importXgboostJson(new TextDecoder().decode(file)).featureNames).toEqual(["size"]);
  });
});
