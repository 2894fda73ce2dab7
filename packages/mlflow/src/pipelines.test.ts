import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProtocolServer, startProtocolServer } from "./test/protocol-server.js";

let server: ProtocolServer;
const run = randomUUID();
const tracked = run.replaceAll("-", "");
const pipeline = "house-prices";

beforeAll(async () => {
  server = await startProtocolServer();
});
afterAll(() => server.close());

async function train(text: string) {
  const { store, registry } = server;
  const bundle = await store.objects.put("models", { pipeline, name: "bundle", extension: "bin" }, Buffer.from(text));
  return registry.registerVersion({
    pipeline,
    hash: bundle.sha256,
    bundle,
    run,
    verdict: "passed",
    reasons: [],
    metrics: { r2: 0.9 },
    datasetReference: "d".repeat(64),
    parameters: { learner: "gradientBoosting", trees: 100 },
    signature: {},
  });
}

test("a run of a pipeline is a run of its experiment, its trials are runs below it", async () => {
  const { store } = server;
  await store.runs.start({ id: run, pipeline, definitionHash: "h", trigger: "by hand" });
  const { experiment_id } = (await server.get("experiments/get-by-name", { experiment_name: pipeline })).body.experiment;
  expect((await server.get("runs/get", { run_id: tracked })).body.run.info).toMatchObject({ status: "RUNNING", experiment_id });
  for (const number of [1, 2])
    await store.runs.recordTrial({
      run,
      number,
      state: "done",
      parameters: { learner: "gradientBoosting", parameters: { trees: number * 100 } },
      metrics: { rmse: number === 1 ? 0.5 : Number.NaN, note: "text" },
      score: number,
      seconds: 1.5,
    });
  const event = { run, pipeline, datasetReference: "d".repeat(64), rowsIn: 120, status: "done" } as const;
  await store.audit.record("training", {
    ...event,
    step: "train",
    parameters: { trees: 100 },
    metrics: { seconds: 2, model: "x" },
  });
  await store.audit.record("evaluation", { ...event, step: "evaluate", metrics: { r2: 0.9, mape: null } });
  await store.audit.record("evaluation", { ...event, step: "evaluate", metrics: { r2: 0.9, mape: null } });
  await store.runs.finish(run, { state: "done", verdict: "promoted", version: 1, result: {} });
  const found = (await server.get("runs/get", { run_id: tracked })).body.run;
  expect(found.info.status).toBe("FINISHED");
  expect(found.data.params).toEqual([{ key: "trees", value: "100" }]);
  expect(found.data.metrics.map(({ key, value }: { key: string; value: number }) => [key, value])).toEqual([
    ["r2", 0.9],
    ["training_seconds", 2],
  ]);
  expect((await server.get("metrics/get-history", { run_id: tracked, metric_key: "r2" })).body.metrics).toHaveLength(1);
  expect(found.inputs.dataset_inputs[0].dataset).toMatchObject({ name: pipeline, profile: '{"num_rows": 120}' });
  const trials = await server.send("POST", "runs/search", {
    experiment_ids: [experiment_id],
    filter: `tags.mlflow.parentRunId = '${tracked}'`,
    order_by: ["metrics.rmse ASC"],
  });
  expect(
    trials.body.runs.map((trial: { info: object; data: { params: unknown; metrics: unknown } }) => trial.data.params),
  ).toEqual([
    [
      { key: "learner", value: "gradientBoosting" },
      { key: "trees", value: "100" },
    ],
    [
      { key: "learner", value: "gradientBoosting" },
      { key: "trees", value: "200" },
    ],
  ]);
  expect(trials.body.runs[1].data.metrics[0].value).toBe("NaN");
});

test("what Atalaya trained is a registered version and a logged model, and the alias is one for both sides", async () => {
  await train("first");
  await train("second");
  const { registry } = server;
  await registry.promote({ pipeline, version: 1, alias: "production", who: "ana", why: "good" });
  const { model_version } = (await server.get("registered-models/alias", { name: pipeline, alias: "production" })).body;
  expect(model_version).toMatchObject({ version: "1", run_id: tracked, aliases: ["production"] });
  const logged = await server.get(`logged-models/${model_version.source.slice("models:/".length)}`);
  expect(logged.body.model).toMatchObject({ info: { status: "LOGGED_MODEL_READY", source_run_id: tracked } });
  await server.send("POST", "registered-models/alias", { name: pipeline, alias: "production", version: "2" });
  expect(await registry.aliasOf(pipeline, "production")).toMatchObject({ version: 2 });
  await registry.rollback({ pipeline, alias: "production", who: "ana", why: "bad" });
  expect((await server.get("registered-models/alias", { name: pipeline, alias: "production" })).body.model_version.version).toBe(
    "1",
  );
  const external = await server.send("POST", "model-versions/create", { name: pipeline, source: "s3://bucket/model" });
  expect(external.body.model_version.version).toBe("3");
  await expect(registry.versionOf(pipeline, { version: 3 })).rejects.toMatchObject({ code: "REGISTRY_VERSION_WITHOUT_BUNDLE" });
  expect(await train("third")).toMatchObject({ version: 4 });
});

test("the model of a pipeline keeps its name, and what serves is not deleted", async () => {
  const renamed = await server.send("POST", "registered-models/rename", { name: pipeline, new_name: "other" });
  expect([renamed.status, renamed.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
  expect((await server.send("DELETE", "registered-models/delete", { name: pipeline })).status).toBe(400);
  expect((await server.send("DELETE", "model-versions/delete", { name: pipeline, version: "1" })).status).toBe(400);
  expect((await server.send("DELETE", "model-versions/delete", { name: pipeline, version: "2" })).status).toBe(200);
  expect((await server.registry.list(pipeline)).map(({ version }) => version)).toEqual([4, 1]);
  expect((await server.send("DELETE", "registered-models/alias", { name: pipeline, alias: "production" })).status).toBe(200);
  expect(await server.registry.aliasOf(pipeline, "production")).toBeNull();
  expect((await server.registry.history(pipeline)).moves[0]).toMatchObject({ action: "remove", fromVersion: 1, toVersion: null });
});
