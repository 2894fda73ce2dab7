import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { atLeast, atMost, type Gate } from "@atalaya/define";
import { exportXgboostJson, fitFeatures, fitModel, frameOf } from "@atalaya/learn";
import { cardMarkdown, modelCard, openRegistry, type Registry } from "@atalaya/registry";
import { hasOnnxRuntime, openBundle } from "@atalaya/serve";
import { readSettings } from "@atalaya/settings";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitCodes } from "../../exit-codes.js";
import type { Session } from "../../session.js";
import { createTerminal } from "../../terminal/terminal.js";
import { collectingStream } from "../../test/collecting-stream.js";
import { type ImportRequest, importVersion } from "./import-version.js";

const folder = mkdtempSync(join(tmpdir(), "atalaya-import-"));
chmodSync(folder, 0o755);
let store: Store;
let registry: Registry;

const count = 300;
const size = Float64Array.from({ length: count }, (_, row) => 40 + ((row * 37) % 160));
const price = size.map((own) => own * 3_000);

beforeAll(async () => {
  store = await openStore({ home: folder, databaseUrl: null, s3: null });
  registry = openRegistry(store);
  const frame = frameOf([["size", { kind: "number", values: size }]]);
  const target = { kind: "number", values: price } as const;
  const plan = {
    inputs: [{ name: "size", from: [], type: "number", optional: true }],
    derived: [],
    features: [{ name: "size", encoder: { kind: "number" } }],
  } as const;
  const { trainingMatrix } = fitFeatures(plan, frame, target, { seed: 1, fitOn: "value" });
  for (const [name, trees] of [
    ["good", 60],
    ["poor", 1],
  ] as const) {
    const specification = { learner: "gradientBoosting", parameters: { trees, leaves: 16 } } as const;
    const model = fitModel(specification, { matrix: trainingMatrix, target });
    writeFileSync(join(folder, `${name}.json`), exportXgboostJson(model, { names: ["size"] }));
  }
  const lines = Array.from(size, (own, row) => `${own},${price[row]}`);
  writeFileSync(join(folder, "rows.csv"), `size,price\n${lines.join("\n")}\n`);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function imported(source: string, request: Partial<ImportRequest> = {}, gates: readonly Gate<string>[] = []) {
  const stdout = collectingStream();
  const terminal = createTerminal({ stdout, stderr: collectingStream(), stdin: Readable.from([]), json: true, color: false });
  const session: Session = {
    terminal,
    workingDirectory: folder,
    projectOption: null,
    settings: () => readSettings({}),
    signal: new AbortController().signal,
  };
  const ground = { store, registry, settings: readSettings({}), gatesOf: async () => gates };
  const none = { pipeline: "homes", signatureFile: null, target: null, rows: null, gates: [], alias: null, because: null };
  const code = await importVersion(session, ground, { ...none, source, ...request });
  return { code, answer: JSON.parse(stdout.text()) };
}

const target = { name: "price", unit: "USD" };

test("a file becomes a version that is served, with its verdict and where it came from in the history", async () => {
  const { code, answer } = await imported("good.json", { target, alias: "production", because: "from the other team" });
  expect(code).toBe(exitCodes.done);
  expect(answer).toMatchObject({ pipeline: "homes", version: 1, created: true, verdict: "imported", alias: "production" });
  const version = await registry.versionOf("homes", { alias: "production" });
  expect(version.reasons[0]).toMatch(/^imported from .*good\.json \(xgboost, SHA-256 [0-9a-f]{64}\)$/);
  expect(version.signature).toMatchObject({ target, task: "regression", imported: { format: "xgboost" } });
  const { moves } = await registry.history("homes");
  expect(moves[0]).toMatchObject({ alias: "production", toVersion: 1, why: "from the other team" });
  const model = openBundle((await registry.loadBundle("homes", { alias: "production" })).bytes);
  const { frame } = model.read([{ size: 100 }]);
  expect(model.predict(frame)[0]).toMatchObject({ unit: "USD" });
  expect(model.explain(frame)[0]?.effects[0]?.feature).toBe("size");
});

test("rows measure it, gates judge it, and one that they refuse gets no alias", async () => {
  const rows = { rows: "rows.csv", target, alias: "production" };
  const good = await imported("good.json", { ...rows, gates: [atLeast("r2", 0.9)] });
  expect([good.code, good.answer.verdict, good.answer.version]).toEqual([exitCodes.done, "promoted", 2]);
  expect(good.answer.metrics.r2).toBeGreaterThan(0.9);
  expect((await registry.versionOf("homes", { version: 2 })).report).not.toBeNull();
  expect(cardMarkdown(await modelCard(store, registry, "homes", 2))).toContain("imported from");
  const poor = await imported("poor.json", { ...rows, gates: [atMost("rmse", 1)] }, [
    { gate: "noWorseThanChampion", metric: "rmse", tolerance: 0 },
  ]);
  expect([poor.code, poor.answer.verdict, poor.answer.alias]).toEqual([exitCodes.gateRefused, "refused", null]);
  expect(poor.answer.reasons).toHaveLength(2);
  for (const reason of poor.answer.reasons) expect(reason).toMatch(/^refused: rmse/);
  expect(await registry.aliasOf("homes", "production")).toMatchObject({ version: 2 });
  const { verdicts } = await registry.history("homes");
  expect(verdicts[0]).toMatchObject({ version: 3, verdict: "refused" });
  const blind = await imported("poor.json", { target, gates: [atLeast("r2", 0)] });
  expect(blind.answer.reasons[0]).toContain("r2 cannot be judged");
});

test("an address needs a server, and the same model is the same version", async () => {
  await expect(imported("mlflow:/homes@production")).rejects.toMatchObject({ code: "CLI_NO_MLFLOW" });
  const again = await imported("good.json", { target });
  expect(again.answer).toMatchObject({ version: 1, created: false });
});

test.skipIf(hasOnnxRuntime())("without onnxruntime-node a model of ONNX is refused with the way to it", async () => {
  writeFileSync(join(folder, "model.onnx"), "not read");
  await expect(imported("model.onnx")).rejects.toMatchObject({
    code: "SERVE_ONNX_RUNTIME_MISSING",
    hint: expect.stringContaining("npm install onnxruntime-node"),
  });
});
