import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkReplay,
  createScorer,
  decodeBundle,
  encodeBundle,
  exportXgboostJson,
  fitFeatures,
  fitModel,
  frameOf,
  type ImportedModel,
  predictRaw,
} from "@atalaya/learn";
import { putArtifact } from "@atalaya/registry";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { mlflowServer } from "../remote/mlflow-server.js";
import { type ProtocolServer, startProtocolServer } from "../test/protocol-server.js";
import { readForeignFile } from "./foreign-file.js";
import { findModelFiles, readAddress } from "./locate.js";
import { localFolder } from "./model-folder.js";
import { columnsOfSignature, outputName, readSignature } from "./signature.js";
import { treeBundle } from "./tree-bundle.js";

const folder = mkdtempSync(join(tmpdir(), "atalaya-import-"));
let server: ProtocolServer;
beforeAll(async () => {
  server = await startProtocolServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const rows = 200;
const beds = Float64Array.from({ length: rows }, (_, row) => row % 7);
const sizes = Float64Array.from({ length: rows }, (_, row) => 40 + ((row * 37) % 160));
const frame = frameOf([
  ["bed", { kind: "number", values: beds }],
  ["size", { kind: "number", values: sizes }],
]);
const target = { kind: "number", values: Float64Array.from(sizes, (size, row) => size * 3 + (beds[row] ?? 0) * 20) } as const;
const { trainingMatrix } = fitFeatures(
  {
    inputs: ["bed", "size"].map((name) => ({ name, from: [], type: "number", optional: true })),
    derived: [],
    features: ["bed", "size"].map((name) => ({ name, encoder: { kind: "number" } })),
  },
  frame,
  target,
  { seed: 1, fitOn: "value" },
);
const specification = { learner: "gradientBoosting", parameters: { trees: 12, leaves: 6 } } as const;
/** A file as XGBoost writes it. */
const xgboost = exportXgboostJson(fitModel(specification, { matrix: trainingMatrix, target }), { names: ["bed", "size"] });

function mlModel(flavours: string, inputs: unknown): string {
  return `flavors:\n${flavours}\nsignature:\n  inputs: '${JSON.stringify(inputs)}'\n  outputs: '[{"type": "double", "name": "price", "required": true}]'\n`;
}

const xgboostFlavour =
  "  python_function:\n    loader_module: mlflow.xgboost\n  xgboost:\n    data: model.json\n    model_format: json";
const signature = [
  { type: "long", name: "bed", required: true },
  { type: "double", name: "size", required: true },
];

async function treesOf(path: string): Promise<ImportedModel> {
  const { model } = await readForeignFile(await localFolder(path));
  if (model.format === "onnx") throw new Error("no trees");
  return model.trees;
}

test("addresses of models are those of MLflow, and everything else is a file", () => {
  expect(readAddress("mlflow:/churn@production")).toEqual({ kind: "alias", name: "churn", alias: "production" });
  expect(readAddress("models:/churn/3")).toEqual({ kind: "version", name: "churn", version: "3" });
  expect(readAddress("models:/m-0a1b")).toEqual({ kind: "logged", id: "m-0a1b" });
  expect(readAddress("runs:/abc/models/best")).toEqual({ kind: "run", run: "abc", path: "models/best" });
  for (const other of ["model.json", "./models/a", "mlflow:/churn", "runs:/abc", "C:/model.json"])
    expect(readAddress(other), other).toBeNull();
});

test("signatures of MLflow become columns", () => {
  expect(columnsOfSignature(JSON.stringify(signature), "m")).toEqual([
    { name: "bed", type: "integer", optional: false },
    { name: "size", type: "number", optional: true },
  ]);
  const tensor = '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]';
  expect(columnsOfSignature(tensor, "m", ["a", "b"]).map(({ name }) => name)).toEqual(["a", "b"]);
  expect(outputName('[{"type": "double", "name": "price"}]')).toBe("price");
  for (const text of [
    "{",
    "{}",
    '[{"type": "array"}]',
    '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]',
  ])
    expect(() => columnsOfSignature(text, "m"), text).toThrow("cannot be imported");
  expect(
    readSignature('{"inputs": [{"name": "a", "codes": ["x", "y"], "type": "category"}], "classes": ["no", "yes"]}', "m"),
  ).toEqual({
    inputs: [{ name: "a", type: "category", optional: true, codes: ["x", "y"] }],
    target: null,
    classes: ["no", "yes"],
  });
  for (const text of ["x", "{}", '{"inputs": [{"type": "number"}]}', '{"inputs": [{"name": "a", "type": "double"}]}'])
    expect(() => readSignature(text, "m"), text).toThrow("signature");
});

describe("a file of XGBoost", () => {
  const path = join(folder, "model.json");

  it("becomes a bundle that answers as its trees do, explains itself and replays", async () => {
    writeFileSync(path, xgboost);
    const trees = await treesOf(path);
    const bundle = treeBundle({ pipeline: "prices", trees, signature: null, rows: null, origin: path });
    const again = decodeBundle(encodeBundle(bundle));
    expect(checkReplay(again)).toEqual({ ok: true, rows: 20 });
    expect([again.trainingRows, again.reference]).toEqual([0, []]);
    const scorer = createScorer(again);
    const [raw] = predictRaw(trees.model, { rowCount: rows, columns: [beds, sizes], names: ["bed", "size"] });
    const answers = scorer.answer(frame);
    expect(answers.map((answer) => ("value" in answer ? answer.value : null))).toEqual([...(raw ?? [])]);
    expect(scorer.explain(frame)).toHaveLength(rows);
    const bytes = encodeBundle(treeBundle({ pipeline: "prices", trees, signature: null, rows: null, origin: path }));
    expect(Buffer.compare(bytes, encodeBundle(bundle))).toBe(0);
  });

  it("takes types from a signature, in the model's order of columns", async () => {
    const trees = await treesOf(path);
    const declared = columnsOfSignature(JSON.stringify([...signature].reverse()), path);
    const named = { inputs: declared, target: { name: "price", unit: "USD" }, classes: null };
    const bundle = treeBundle({ pipeline: "prices", trees, signature: named, rows: frame, origin: path });
    expect(bundle.features.inputs.map(({ name, type }) => [name, type])).toEqual([
      ["bed", "integer"],
      ["size", "number"],
    ]);
    expect(bundle.target).toEqual({ name: "price", unit: "USD" });
    expect([bundle.trainingRows, bundle.reference.length]).toEqual([rows, 3]);
    const wrong = { ...named, inputs: declared.slice(1) };
    expect(() => treeBundle({ pipeline: "p", trees, signature: wrong, rows: null, origin: "it" })).toThrow(
      "has 1 columns and the model reads 2",
    );
    const text = { ...named, inputs: declared.map((column) => ({ ...column, type: "category" as const })) };
    expect(() => treeBundle({ pipeline: "p", trees, signature: text, rows: null, origin: "it" })).toThrow(
      "a number in the model",
    );
  });

  it("needs names for the codes of its categories, where the file has none", async () => {
    const trees = { ...(await treesOf(path)), categoryCounts: [3, null] };
    expect(() => treeBundle({ pipeline: "p", trees, signature: null, rows: null, origin: "it" })).toThrow("category of 3 codes");
    const named = readSignature(
      '{"inputs": [{"name": "bed", "type": "category", "codes": ["a", "b", "c"]}, {"name": "size"}]}',
      "it",
    );
    const bundle = treeBundle({ pipeline: "p", trees, signature: named, rows: null, origin: "it" });
    expect(bundle.features.inputs[0]).toEqual({ name: "bed", from: [], type: "category", optional: true });
    expect(checkReplay(bundle).ok).toBe(true);
  });
});

test("a folder with an MLmodel says which file is the model; what only Python can execute is refused with the way out", async () => {
  const root = join(folder, "mlmodel");
  mkdirSync(root);
  writeFileSync(join(root, "model.json"), xgboost);
  writeFileSync(join(folder, "outside.json"), xgboost);
  symlinkSync(join(folder, "outside.json"), join(root, "link.json"));
  const put = (flavours: string) => writeFileSync(join(root, "MLmodel"), mlModel(flavours, signature));
  put(xgboostFlavour);
  const { model, mlModel: read } = await readForeignFile(await localFolder(root));
  expect([model.format, outputName(read?.outputs ?? null)]).toEqual(["xgboost", "price"]);
  for (const [flavours, why] of [
    ["  sklearn:\n    pickled_model: model.pkl", "only Python can execute"],
    ["  lightgbm:\n    data: model.pkl", "is a pickle"],
    ["  xgboost:\n    data: ../../etc/passwd", "has no file"],
    ["  xgboost:\n    data: missing.json", "has no file"],
    ["  xgboost:\n    data: link.json", "has no file"],
    ["  python_function:\n    loader_module: x", "it is Python code"],
  ] as const) {
    put(flavours);
    await expect(readForeignFile(await localFolder(root)), flavours).rejects.toThrow(why);
  }
  writeFileSync(join(root, "MLmodel"), "a: [");
  await expect(readForeignFile(await localFolder(root))).rejects.toThrow("MLmodel cannot be read");
  const text = join(folder, "notes.txt");
  writeFileSync(text, "hello");
  await expect(readForeignFile(await localFolder(text))).rejects.toThrow("no JSON or UBJSON of XGBoost");
  await expect(localFolder(join(folder, "nothing"))).rejects.toThrow("there is no such file");
});

test("a model is found on a server by version, alias, run and logged model", async () => {
  const experiment = (await server.send("POST", "experiments/create", { name: "import" })).body.experiment_id;
  const run = (await server.send("POST", "runs/create", { experiment_id: experiment, start_time: 1 })).body.run.info;
  const below = `${experiment}/${run.run_id}/artifacts/best`;
  await putArtifact(server.store, `${below}/MLmodel`, Buffer.from(mlModel(xgboostFlavour, signature)));
  await putArtifact(server.store, `${below}/model.json`, Buffer.from(xgboost));
  await putArtifact(server.store, `${below}/deep/er/note.txt`, Buffer.from("x"));
  await server.send("POST", "registered-models/create", { name: "prices" });
  await server.send("POST", "model-versions/create", { name: "prices", source: `${run.artifact_uri}/best`, run_id: run.run_id });
  await server.send("POST", "registered-models/alias", { name: "prices", alias: "production", version: "1" });
  const remote = mlflowServer({ url: server.url, username: "a", password: "b", token: null });
  for (const text of ["mlflow:/prices@production", "mlflow:/prices/1", `runs:/${run.run_id}/best`]) {
    const address = readAddress(text);
    if (address === null) throw new Error(text);
    const found = await findModelFiles(remote, address, text);
    expect([found.folder.paths.toSorted(), found.run], text).toEqual([["MLmodel", "deep/er/note.txt", "model.json"], run.run_id]);
    const { model } = await readForeignFile(found.folder);
    expect(Buffer.from(model.bytes).toString()).toBe(xgboost);
  }
  const missing = readAddress("mlflow:/prices@nobody");
  await expect(missing === null ? null : findModelFiles(remote, missing, "x")).rejects.toMatchObject({
    code: "MLFLOW_REMOTE_REFUSED",
  });
  const empty = readAddress(`runs:/${run.run_id}/nothing`);
  await expect(empty === null ? null : findModelFiles(remote, empty, "x")).rejects.toThrow("has no model at nothing");
  const away = mlflowServer({ url: "http://127.0.0.1:1", username: null, password: null, token: null });
  await expect(findModelFiles(away, { kind: "alias", name: "a", alias: "b" }, "x")).rejects.toMatchObject({
    code: "MLFLOW_REMOTE_AWAY",
    retryable: true,
  });
});
