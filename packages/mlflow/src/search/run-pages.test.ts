import { createRun, findRun, logBatch, type RunSearch, withContent } from "@atalaya/registry";
import { sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runJson } from "../protocol/entities.js";
import { type ProtocolServer, startProtocolServer } from "../test/protocol-server.js";
import { RunPages } from "./run-pages.js";

let server: ProtocolServer;
beforeAll(async () => {
  server = await startProtocolServer();
});
afterAll(() => server.close());

const newExperiment = async (): Promise<string> =>
  (await server.send("POST", "experiments/create", { name: `e ${Math.random()}` })).body.experiment_id;

const newRun = async (experiment: string): Promise<string> =>
  (await server.send("POST", "runs/create", { experiment_id: experiment, start_time: 1 })).body.run.info.run_id;

const found = async (experiment: string) =>
  (await server.send("POST", "runs/search", { experiment_ids: [experiment], run_view_type: "ALL" })).body.runs;

const everything = (experiment: string): RunSearch => ({
  ...{ experiments: [Number(experiment)], clauses: [], order: [], stages: ["active", "deleted"], limit: 100, offset: 0 },
});

test("a kept text is never shown after a change, whatever changed and whoever changed it", async () => {
  const experiment = await newExperiment();
  const id = await newRun(experiment);
  const other = await newRun(experiment);
  const send = (path: string, body: object) => server.send("POST", path, { run_id: id, ...body });
  const dataset = { name: "d", digest: "1", source_type: "local", source: "{}" };
  const changes: [string, () => Promise<unknown>][] = [
    ["a metric", () => send("runs/log-metric", { key: "m", value: 1, timestamp: 1 })],
    ["a later point", () => send("runs/log-metric", { key: "m", value: 2, timestamp: 2 })],
    ["a parameter", () => send("runs/log-parameter", { key: "p", value: "1" })],
    ["a tag", () => send("runs/set-tag", { key: "t", value: "1" })],
    ["another value of a tag", () => send("runs/set-tag", { key: "t", value: "2" })],
    [
      "a batch",
      () => send("runs/log-batch", { metrics: [{ key: "b", value: 1, timestamp: 1 }], tags: [{ key: "u", value: "" }] }),
    ],
    ["a tag that is taken away", () => send("runs/delete-tag", { key: "t" })],
    ["a dataset", () => send("runs/log-inputs", { datasets: [{ tags: [], dataset }] })],
    ["a model", () => send("runs/outputs", { models: [{ model_id: "m-1", step: 1 }] })],
    ["a name", () => send("runs/update", { run_name: "new name" })],
    ["an end", () => send("runs/update", { status: "FINISHED", end_time: 9 })],
    ["a deletion", () => send("runs/delete", {})],
    ["a return", () => send("runs/restore", {})],
    ["the experiment's deletion", () => server.send("POST", "experiments/delete", { experiment_id: experiment })],
    ["its return", () => server.send("POST", "experiments/restore", { experiment_id: experiment })],
    ["a value by another hand", () => sql`update atalaya.run_params set value = 'x'`.execute(server.store.database)],
    ["a row that is removed", () => sql`delete from atalaya.latest_metrics where key = 'b'`.execute(server.store.database)],
  ];
  let before = JSON.stringify(await found(experiment));
  const untouched = () =>
    found(experiment).then((runs) => runs.find((run: { info: { run_id: string } }) => run.info.run_id === other));
  const data = JSON.stringify((await untouched()).data);
  for (const [what, change] of changes) {
    await change();
    const shown = await found(experiment);
    const [run] = await withContent(server.store.database, [await findRun(server.store.database, id)]);
    if (run === undefined) throw new Error("There is no run.");
    const ours = shown.find((each: { info: { run_id: string } }) => each.info.run_id === id);
    expect(ours, what).toEqual(JSON.parse(JSON.stringify(runJson(run))));
    expect(JSON.stringify(shown), what).not.toBe(before);
    before = JSON.stringify(shown);
    expect(await found(experiment), what).toEqual(shown);
  }
  expect(JSON.stringify((await untouched()).data)).toBe(data);
});

test("what was undone changes nothing, also for a search in the middle of it", async () => {
  const { database } = server.store;
  const experiment = await newExperiment();
  const id = await newRun(experiment);
  const before = await found(experiment);
  await database
    .transaction()
    .execute(async (transaction) => {
      await logBatch(transaction, id, { metrics: [{ key: "m", value: 1, at: 1, step: 0 }], params: [], tags: [] });
      expect(await found(experiment)).toEqual(before);
      throw new Error("undo");
    })
    .catch(() => undefined);
  expect(await found(experiment)).toEqual(before);
  await server.send("POST", "runs/log-metric", { run_id: id, key: "m", value: 3, timestamp: 1 });
  expect((await found(experiment))[0].data.metrics).toMatchObject([{ value: 3 }]);
});

test("while many write, a search shows each of them what it was told is kept", async () => {
  const experiment = await newExperiment();
  const ids = await Promise.all(Array.from({ length: 6 }, () => newRun(experiment)));
  const writer = async (place: number) => {
    const id = ids[place % ids.length] ?? "";
    for (let step = 1; step <= 12; step++) {
      await server.send("POST", "runs/log-metric", { run_id: id, key: `of ${place}`, value: step, timestamp: step, step });
      const run = (await found(experiment)).find((each: { info: { run_id: string } }) => each.info.run_id === id);
      const metric = run.data.metrics.find(({ key }: { key: string }) => key === `of ${place}`);
      expect(metric).toEqual({ key: `of ${place}`, value: step, timestamp: step, step });
    }
  };
  await Promise.all(Array.from({ length: 18 }, (_, place) => writer(place)));
  for (const run of await found(experiment)) expect(run.data.metrics).toHaveLength(3);
  expect(server.failures).toEqual([]);
});

test("texts are kept up to a size, the ones last used; a long one is not kept", async () => {
  const { database } = server.store;
  const experiment = await newExperiment();
  for (let place = 0; place < 20; place++)
    await createRun(database, { experiment: Number(experiment), name: `r ${place}`, userId: "", startedAt: place, tags: [] });
  const pages = new RunPages(database, 3_000);
  const all = (await pages.search(everything(experiment))).items;
  expect(all).toHaveLength(20);
  expect(pages.size).toBeGreaterThan(3);
  expect(pages.size).toBeLessThan(12);
  expect((await pages.search(everything(experiment))).items).toEqual(all);
  const few = new RunPages(database);
  await few.search({ ...everything(experiment), limit: 5 });
  expect(few.size).toBe(5);
  const long = await newExperiment();
  const id = await newRun(long);
  for (let place = 0; place < 12; place++)
    await server.send("POST", "runs/set-tag", { run_id: id, key: `t${place}`, value: "x".repeat(8_000) });
  await few.search(everything(long));
  expect(few.size).toBe(5);
});
