import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LearnerSpecification } from "@atalaya/learn";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type StartedPredictionServer, startPredictionServer } from "../http/server.js";
import { storedPredictions } from "../prediction-log/stored-predictions.js";
import { encodeHomes } from "../test/home-bundles.js";
import { registryModels } from "./registry-models.js";

interface Answered {
  readonly id: string;
  readonly code: string;
  readonly prediction: object;
  readonly predictions: readonly { readonly explanation: { readonly effects: readonly object[] } }[];
  readonly pipelines: readonly { readonly version: number; readonly problem: object | null }[];
}

const boosting = (trees: number): LearnerSpecification => ({
  learner: "gradientBoosting",
  parameters: { trees, leaves: 8, minLeafRows: 5, fitOn: "log1p" },
});

let home: string;
let store: Store;
let registry: Registry;
let server: StartedPredictionServer;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "atalaya-serve-"));
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
  server = await startReplica();
});

function startReplica(): Promise<StartedPredictionServer> {
  return startPredictionServer({
    models: registryModels(registry, store.serving),
    pipelines: ["homes"],
    predictionSink: storedPredictions(store),
    answers: store.givenAnswers,
    host: "127.0.0.1",
    port: 0,
    // Longer than the test: what it sees comes by notification.
    pollMs: 60_000,
  });
}

afterAll(async () => {
  await server.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

async function register(trees: number): Promise<number> {
  const bytes = encodeHomes("price", boosting(trees));
  const bundle = await store.objects.put("models", { pipeline: "homes", name: "model", extension: "atalaya" }, bytes);
  const { version } = await registry.registerVersion({
    pipeline: "homes",
    hash: bundle.sha256,
    bundle,
    run: null,
    verdict: "promoted",
    reasons: [],
    metrics: { r2: 0.9, mape: null },
    datasetReference: null,
    parameters: {},
    signature: {},
  });
  return version;
}

const promote = (version: number) =>
  registry.promote({ pipeline: "homes", version, alias: "production", who: "test", why: "to see it served" });

async function call(path: string, body?: unknown) {
  const request =
    body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(server.url + path, request);
  return { status: response.status, body: (await response.json()) as Answered };
}

it("serves what the registry promotes, refuses what is damaged, and logs what it answered", async () => {
  expect((await call("/ready")).status).toBe(503);
  expect((await call("/predict", { bed: 3 })).body.code).toBe("SERVE_NOT_READY");

  await promote(await register(5));
  await expect.poll(async () => (await call("/ready")).status).toBe(200);
  const first = await call("/predict", { bed: 3, houseSize: 1_700, state: "Utah" });
  expect(first).toMatchObject({
    status: 200,
    body: { pipeline: "homes", version: 1, alias: "production", prediction: { unit: "USD" } },
  });
  expect((await call("/v1/pipelines/homes")).body).toMatchObject({
    metrics: { r2: 0.9, mape: null },
    target: { name: "price", unit: "USD" },
  });

  await promote(await register(20));
  await expect.poll(async () => (await call("/ready")).body.pipelines[0]!.version).toBe(2);
  const second = await call("/explain?top=2", { rows: [{ bed: 3, houseSize: 1_700, state: "Utah" }] });
  expect(second.body.predictions[0]!.explanation.effects).toHaveLength(2);

  expect((await call("/load_model", { version: 1 })).body).toMatchObject({ version: 1, alias: null, pinned: true });
  expect((await call("/load_model", { version: 9 })).status).toBe(404);
  expect((await call("/load_model", { alias: "nobody" })).status).toBe(404);
  expect((await call("/reload", {})).body).toMatchObject({ version: 2, pinned: false });

  const third = await register(6);
  damage((await registry.versionOf("homes", { version: third })).bundle.sha256);
  await promote(third);
  await expect.poll(async () => (await call("/ready")).body.pipelines[0]!.problem).not.toBeNull();
  expect((await call("/ready")).body.pipelines[0]).toMatchObject({ version: 2, problem: { code: "SERVE_MODEL_REFUSED" } });

  await expect.poll(() => store.inferences.list({ pipeline: "homes" })).toHaveLength(2);
  const [explained, predicted] = await store.inferences.list({ pipeline: "homes" });
  expect(explained).toMatchObject({ kind: "explain", version: 2, rows: 1, request: second.body.id });
  expect(predicted).toMatchObject({ kind: "predict", version: 1, inputs: [{ bed: 3 }], answers: [first.body.prediction] });
});

it("serves by the rules of the last deployment, and answers a key once among replicas", async () => {
  await promote(2);
  const rules = { predict: { price: "value" }, explain: {}, hashed: ["state"], keepDays: null, backToRaw: false };
  await store.serving.declare("homes", { ...rules, targetFrom: "price" });
  expect((await call("/reload", {})).body).toMatchObject({ version: 2 });
  const replica = await startReplica();
  const ask = async (url: string) => {
    const headers = { "content-type": "application/json", "idempotency-key": "order-7" };
    const response = await fetch(`${url}/predict`, { method: "POST", headers, body: '{"bed":4,"state":"Utah"}' });
    return { text: await response.text(), repeated: response.headers.get("idempotency-replayed") };
  };
  const first = await ask(server.url);
  const { id, price, prediction } = JSON.parse(first.text) as { id: string; price: number; prediction: { value: number } };
  expect(price).toBe(prediction.value);
  expect(await ask(replica.url)).toEqual({ text: first.text, repeated: "true" });
  await replica.close();
  await expect.poll(() => store.inferences.list({ request: id })).toHaveLength(1);
  const [logged] = await store.inferences.list({ request: id });
  expect(logged?.inputs).toEqual([{ bed: 4, state: expect.stringMatching(/^sha256:/) }]);
});

/** Puts other bytes in the place of an object. */
function damage(sha256: string): void {
  const names = readdirSync(join(home, "objects"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(sha256));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const path = join(home, "objects", name);
    rmSync(path);
    writeFileSync(path, "damaged");
  }
}
