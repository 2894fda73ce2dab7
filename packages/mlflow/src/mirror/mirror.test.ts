import { randomUUID } from "node:crypto";
import { mirrorStatus, putArtifact } from "@atalaya/registry";
import { sql } from "@atalaya/store";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type FlakyServer, startFlakyServer } from "../test/flaky-server.js";
import { type ProtocolServer, startProtocolServer } from "../test/protocol-server.js";
import { keepMirror } from "./keep-mirror.js";

let ours: ProtocolServer;
let theirs: ProtocolServer;
let between: FlakyServer;
let said: string[];

beforeAll(async () => {
  [ours, theirs] = await Promise.all([startProtocolServer(), startProtocolServer()]);
  between = await startFlakyServer(theirs.url);
});
afterAll(async () => {
  await between.close();
  await Promise.all([ours.close(), theirs.close()]);
});
beforeEach(() => {
  between.mood = "well";
  between.before = () => {};
  between.calls.length = 0;
  said = [];
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function mirror(url = between.url, from = ours) {
  const options = { pollMs: 10, firstPauseMs: 20, longestPauseMs: 50, say: (line: string) => said.push(line) };
  const keeper = await keepMirror(from.store, { url, username: null, password: null, token: null }, options);
  open.push(keeper);
  return keeper;
}

/** Until nothing waits any more. */
async function allSent(): Promise<void> {
  for (;;) {
    const status = await mirrorStatus(ours.store);
    if (status === null || status.waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function newRun(experiment: string, fields: object = {}): Promise<string> {
  const body = { experiment_id: experiment, start_time: 1_000, run_name: "first", ...fields };
  return (await ours.send("POST", "runs/create", body)).body.run.info.run_id;
}

/** The copies of a run on the other side, with all that they hold. */
async function copiesOf(run: string) {
  const experiments = (await theirs.send("POST", "experiments/search", { max_results: 1000, view_type: "ALL" })).body.experiments;
  const answer = await theirs.send("POST", "runs/search", {
    experiment_ids: experiments.map((experiment: { experiment_id: string }) => experiment.experiment_id),
    filter: `tags.\`atalaya.mirror.source\` LIKE '%/run/${run}'`,
    run_view_type: "ALL",
  });
  return answer.body.runs ?? [];
}

async function theirPoints(run: string, key: string): Promise<unknown[]> {
  return (await theirs.get("metrics/get-history", { run_id: run, metric_key: key })).body.metrics ?? [];
}

test("what was there before, and all that follows, arrives: runs, values, artifacts, versions and aliases", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "churn" })).body.experiment_id;
  const parent = await newRun(experiment);
  const points = Array.from({ length: 1_200 }, (_, at) => ({ key: "loss", value: at / 7, timestamp: at, step: at }));
  for (const metrics of [points.slice(0, 600), points.slice(600)]) {
    const batch = { run_id: parent, metrics, params: [{ key: "lr", value: "0.1" }] };
    expect((await ours.send("POST", "runs/log-batch", batch)).status).toBe(200);
  }
  await putArtifact(ours.store, `${experiment}/${parent}/artifacts/notes/a b.txt`, Buffer.from("early"));
  const gone = (await ours.send("POST", "experiments/create", { name: "gone" })).body.experiment_id;
  await newRun(gone);
  await ours.send("POST", "experiments/delete", { experiment_id: gone });
  const keeper = await mirror();
  const child = await newRun(experiment, { tags: [{ key: "mlflow.parentRunId", value: parent }] });
  await ours.send("POST", "runs/log-metric", { run_id: child, key: "auc", value: "NaN", timestamp: 5, step: 1 });
  await ours.send("POST", "runs/set-tag", { run_id: child, key: "note", value: "ü" });
  await ours.send("POST", "runs/log-inputs", {
    run_id: child,
    datasets: [{ dataset: { name: "rows", digest: "d1", source_type: "local", source: "s" }, tags: [] }],
  });
  await putArtifact(ours.store, `${experiment}/${child}/artifacts/model/MLmodel`, Buffer.from("flavors: {}"));
  await ours.send("POST", "runs/update", { run_id: child, status: "FINISHED", end_time: 2_000 });
  await ours.send("POST", "registered-models/create", { name: "churn-model" });
  const source = `mlflow-artifacts:/${experiment}/${child}/artifacts/model`;
  await ours.send("POST", "model-versions/create", { name: "churn-model", source, run_id: child, description: "good" });
  await ours.send("POST", "registered-models/alias", { name: "churn-model", alias: "production", version: "1" });
  await ours.send("POST", "model-versions/create", { name: "churn-model", source: `runs:/${child}/model`, run_id: child });
  await allSent();

  const [copy, ...more] = await copiesOf(parent);
  expect(more).toEqual([]);
  expect(copy.data.params).toEqual([{ key: "lr", value: "0.1" }]);
  expect(await theirPoints(copy.info.run_id, "loss")).toHaveLength(1_200);
  expect((await theirs.get(`/api/2.0/mlflow-artifacts/artifacts/${artifactPath(copy)}/notes/a%20b.txt`)).body).toBe("early");
  const [childCopy] = await copiesOf(child);
  expect(childCopy.info).toMatchObject({ status: "FINISHED", end_time: 2_000, start_time: 1_000, run_name: "first" });
  expect(childCopy.data.tags).toContainEqual({ key: "mlflow.parentRunId", value: copy.info.run_id });
  expect(childCopy.data.tags).toContainEqual({ key: "note", value: "ü" });
  expect(childCopy.data.metrics).toEqual([{ key: "auc", value: "NaN", timestamp: 5, step: 1 }]);
  expect(childCopy.inputs.dataset_inputs).toHaveLength(1);
  const { model_version } = (await theirs.get("registered-models/alias", { name: "churn-model", alias: "production" })).body;
  expect(model_version).toMatchObject({ version: "1", run_id: childCopy.info.run_id, description: "good" });
  const named = (await theirs.get("model-versions/get", { name: "churn-model", version: "2" })).body.model_version;
  expect(named.source).toBe(`runs:/${childCopy.info.run_id}/model`);
  const files = model_version.source.replace("mlflow-artifacts:/", "");
  expect((await theirs.get(`/api/2.0/mlflow-artifacts/artifacts/${files}/MLmodel`)).body).toBe("flavors: {}");
  const there = await theirs.get("experiments/get-by-name", { experiment_name: "gone" });
  expect(there.body.experiment.lifecycle_stage).toBe("deleted");
  await keeper.close();
  expect(said).toEqual([]);
});

function artifactPath(run: { info: { artifact_uri: string } }): string {
  return run.info.artifact_uri.replace("mlflow-artifacts:/", "");
}

test("an outage loses nothing, keeps the order, and is seen; afterwards all is there once", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "outage" })).body.experiment_id;
  const keeper = await mirror();
  const run = await newRun(experiment);
  await allSent();
  between.mood = "away";
  for (let step = 0; step < 20; step++)
    await ours.send("POST", "runs/log-metric", { run_id: run, key: "m", value: step, timestamp: step, step });
  await ours.send("POST", "runs/set-tag", { run_id: run, key: "stage", value: "one" });
  await ours.send("POST", "runs/set-tag", { run_id: run, key: "stage", value: "two" });
  while (((await mirrorStatus(ours.store))?.failures ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const status = await mirrorStatus(ours.store);
  expect(status).toMatchObject({ givenUp: 0, url: between.url });
  expect(status?.waiting).toBeGreaterThan(20);
  expect(status?.lagSeconds).toBeGreaterThan(0);
  expect(status?.failure).toContain("503");
  // The process ends and another one begins while the other side is away.
  await keeper.close();
  const second = await mirror();
  between.mood = "well";
  await allSent();
  const [copy, ...more] = await copiesOf(run);
  expect(more).toEqual([]);
  expect(await theirPoints(copy.info.run_id, "m")).toHaveLength(20);
  expect(copy.data.tags).toContainEqual({ key: "stage", value: "two" });
  expect((await mirrorStatus(ours.store))?.failures).toBe(0);
  expect(said.some((line) => line.includes("waits"))).toBe(true);
  await second.close();
});

test("calls whose answers are lost are sent again, and nothing is there twice", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "lost answers" })).body.experiment_id;
  // Every call is carried out there and fails here, once.
  const lost = new Set<string>();
  between.before = (call) => {
    between.mood = lost.has(call) ? "well" : "silent";
    lost.add(call);
  };
  const keeper = await mirror();
  const run = await newRun(experiment);
  const metrics = Array.from({ length: 10 }, (_, step) => ({ key: "m", value: step, timestamp: step, step }));
  await ours.send("POST", "runs/log-batch", { run_id: run, metrics, params: [{ key: "p", value: "1" }] });
  await ours.send("POST", "registered-models/create", { name: "lost" });
  await ours.send("POST", "model-versions/create", { name: "lost", source: "s3://bucket/model" });
  await ours.send("POST", "registered-models/alias", { name: "lost", alias: "best", version: "1" });
  await allSent();
  const [copy, ...more] = await copiesOf(run);
  expect(more).toEqual([]);
  expect(await theirPoints(copy.info.run_id, "m")).toHaveLength(10);
  const versions = (await theirs.get("model-versions/search", { filter: "name = 'lost'" })).body.model_versions;
  expect(versions).toHaveLength(1);
  expect(versions[0].source).toBe("s3://bucket/model");
  expect((await theirs.get("registered-models/alias", { name: "lost", alias: "best" })).body.model_version.version).toBe("1");
  expect(lost.size).toBeGreaterThan(5);
  await keeper.close();
});

test("a link that was lost in a crash is found again by its tag", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "crash" })).body.experiment_id;
  const keeper = await mirror();
  const run = await newRun(experiment);
  await allSent();
  await keeper.close();
  await sql`delete from atalaya.mirror_links`.execute(ours.store.database);
  await ours.send("POST", "runs/log-metric", { run_id: run, key: "m", value: 1, timestamp: 1 });
  const second = await mirror();
  await allSent();
  expect(await copiesOf(run)).toHaveLength(1);
  await second.close();
});

test("deletes, restores, new names and taken aliases follow", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "changes" })).body.experiment_id;
  const keeper = await mirror();
  const run = await newRun(experiment);
  await ours.send("POST", "runs/log-metric", { run_id: run, key: "m", value: 1, timestamp: 1 });
  const dataset = { name: "rows", digest: "d1", source_type: "local", source: "s" };
  await ours.send("POST", "runs/log-inputs", { run_id: run, datasets: [{ dataset, tags: [] }] });
  await ours.send("POST", "runs/set-tag", { run_id: run, key: "gone", value: "1" });
  await ours.send("POST", "runs/delete-tag", { run_id: run, key: "gone" });
  await ours.send("POST", "runs/delete", { run_id: run });
  await ours.send("POST", "registered-models/create", { name: "before" });
  for (const version of ["1", "2"]) {
    await ours.send("POST", "model-versions/create", { name: "before", source: "s3://bucket/model" });
    await ours.send("POST", "registered-models/alias", { name: "before", alias: "live", version });
  }
  await ours.send("POST", "registered-models/alias", { name: "before", alias: "taken", version: "1" });
  await allSent();
  const [deleted] = await copiesOf(run);
  expect(deleted.info.lifecycle_stage).toBe("deleted");
  await ours.send("POST", "runs/restore", { run_id: run });
  await ours.send("POST", "runs/log-metric", { run_id: run, key: "m", value: 2, timestamp: 2 });
  await ours.send("POST", "experiments/update", { experiment_id: experiment, new_name: "changed" });
  await ours.send("DELETE", "registered-models/alias", { name: "before", alias: "taken" });
  await ours.send("DELETE", "model-versions/delete", { name: "before", version: "1" });
  await ours.send("POST", "registered-models/rename", { name: "before", new_name: "after" });
  await allSent();
  const [restored] = await copiesOf(run);
  expect(restored.info.lifecycle_stage).toBe("active");
  expect(await theirPoints(restored.info.run_id, "m")).toHaveLength(2);
  expect((await theirs.get("experiments/get-by-name", { experiment_name: "changed" })).status).toBe(200);
  const { registered_model } = (await theirs.get("registered-models/get", { name: "after" })).body;
  expect(registered_model.aliases).toEqual([{ alias: "live", version: "2" }]);
  expect(restored.inputs.dataset_inputs).toHaveLength(1);
  expect(restored.data.tags.map(({ key }: { key: string }) => key)).not.toContain("gone");
  expect((await mirrorStatus(ours.store))?.givenUp).toBe(0);
  expect(said).toEqual([]);
  await keeper.close();
});

test("what the other side will never take is told and kept, and the rest goes on", async () => {
  const experiment = (await ours.send("POST", "experiments/create", { name: "refused" })).body.experiment_id;
  const keeper = await mirror();
  const run = await newRun(experiment);
  await allSent();
  const [copy] = await copiesOf(run);
  await theirs.send("POST", "runs/log-parameter", { run_id: copy.info.run_id, key: "lr", value: "theirs" });
  await ours.send("POST", "runs/log-parameter", { run_id: run, key: "lr", value: "ours" });
  const after = await newRun(experiment);
  await allSent();
  expect(await copiesOf(after)).toHaveLength(1);
  const status = await mirrorStatus(ours.store);
  expect(status).toMatchObject({ givenUp: 1, waiting: 0 });
  expect(status?.lastRefusal).toContain("Changing param values is not allowed");
  await keeper.close();
});

test("without an address nothing waits, also where a restored backup enabled every trigger", async () => {
  const none = await keepMirror(ours.store, null);
  await none.close();
  await sql`alter table atalaya.tracked_runs enable trigger user`.execute(ours.store.database);
  await newRun("0");
  const again = await keepMirror(ours.store, null);
  await again.close();
  await newRun("0");
  const { rows } = await sql`select from atalaya.outbox where target = 'mirror'`.execute(ours.store.database);
  expect(rows).toEqual([]);
  expect(await mirrorStatus(ours.store)).toBeNull();
});

test("a server that is told to mirror to itself, or another that mirrors back, makes no circle", async () => {
  const keeper = await mirror(ours.url);
  await ours.send("POST", "runs/create", { experiment_id: "0", start_time: 1 });
  while (!said.some((line) => line.includes("the address of this server")))
    await new Promise((resolve) => setTimeout(resolve, 10));
  await keeper.close();
  expect(await mirrorStatus(ours.store)).toBeNull();

  const there = await mirror();
  const back = await mirror(ours.url, theirs);
  const run = await newRun("0", { tags: [{ key: "id", value: randomUUID() }] });
  await allSent();
  while (((await mirrorStatus(theirs.store))?.waiting ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const found = await ours.send("POST", "runs/search", {
    experiment_ids: ["0"],
    filter: "tags.`atalaya.mirror.source` LIKE '%'",
  });
  expect(found.body.runs ?? []).toEqual([]);
  expect(await copiesOf(run)).toHaveLength(1);
  await Promise.all([there.close(), back.close()]);
});
