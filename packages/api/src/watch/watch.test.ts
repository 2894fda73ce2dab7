import type { ReferenceSketch } from "@atalaya/learn";
import { sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConsoleServer, openConsole } from "../test/console-server.js";
import { batchDrift } from "./batch-drift.js";
import { predictionDrift } from "./prediction-drift.js";
import { latencyByTime } from "./traffic.js";

let server: ConsoleServer;
beforeAll(async () => {
  server = await openConsole();
});
afterAll(() => server.close());

const HOUR = 3_600_000;
const start = new Date("2026-11-21T00:00:00Z");
const span = { start, bucketSeconds: 3_600, count: 3 };

/** Evenly from 0 to 100. */
const evenly = (name: string): ReferenceSketch => ({
  kind: "number",
  name,
  rows: 1_000,
  missing: 0,
  quantiles: Array.from({ length: 101 }, (_, percent) => percent),
});

async function answer(pipeline: string, hour: number, answers: readonly unknown[], latencyMs = 1): Promise<void> {
  await server.store.inferences.record([
    {
      request: `${pipeline} ${hour} ${Math.random()}`,
      pipeline,
      version: 1,
      kind: "predict",
      rows: answers.length,
      inputs: answers.map(() => ({})),
      answers,
      latencyMs,
      at: new Date(start.getTime() + hour * HOUR),
    },
  ]);
}

test("predicted values over time stand beside those of training", async () => {
  const values = (low: number): { value: number }[] => Array.from({ length: 101 }, (_, place) => ({ value: low + place / 10 }));
  await answer("prices", 0.5, values(0));
  await answer("prices", 2.5, values(90));
  const bundle = { reference: [evenly("prediction")], target: { name: "price", unit: "USD" } };
  const drift = await predictionDrift(server.store, bundle, "prices", span);
  expect(drift).toMatchObject({ kind: "number", unit: "USD", rows: 202, training: { quantiles: [10, 50, 90] } });
  expect(drift?.psi).toBeGreaterThan(0.25);
  expect(drift?.buckets.map(({ rows, quantiles }) => [rows, quantiles])).toEqual([
    [101, [1, 5, 9]],
    [0, null],
    [101, [91, 95, 99]],
  ]);
});

test("predicted classes are told as shares, and what is no answer is left out", async () => {
  await answer("kinds", 1.5, [{ label: "a" }, { label: "a" }, { label: "b" }, { label: "new" }, null, { value: "x" }]);
  const levels = [
    { level: "a", rows: 6 },
    { level: "b", rows: 4 },
  ];
  const reference: ReferenceSketch = { kind: "category", name: "prediction", rows: 10, missing: 0, levels, other: 0 };
  const drift = await predictionDrift(server.store, { reference: [reference], target: null }, "kinds", span);
  expect(drift?.training.shares).toEqual([0.6, 0.4]);
  expect(drift?.buckets.map(({ shares }) => shares)).toEqual([null, [0.5, 0.25], null]);
  expect(await predictionDrift(server.store, { reference: [], target: null }, "kinds", span)).toBeNull();
});

test("latency by time, with gaps where nothing was asked", async () => {
  for (const latency of [1, 2, 3]) await answer("quick", 0.2, [], latency);
  expect(await latencyByTime(server.store, "quick", span)).toEqual([
    { p50: 2, p95: 2.9 },
    { p50: null, p95: null },
    { p50: null, p95: null },
  ]);
});

test("the newest accepted batch in the bins of training", async () => {
  const { store } = server;
  const object = await store.objects.put("raw", { pipeline: "prices", name: "a", extension: "csv" }, Buffer.from("a"));
  const facts = { source: "s", cursor: null, format: "csv", mediaType: null, receivedAt: start, run: null, pipeline: "prices" };
  const { batch } = await store.batches.record({ ...facts, identity: "a", name: "a.csv", object });
  const profile = {
    rows: 200,
    columns: {
      size: { kind: "number", missing: 20, quantiles: [50, 50.5, 52.5, 62.5, 75, 87.5, 97.5, 99.5, 100] },
      kind: { kind: "category", missing: 0, levels: [{ level: "a", rows: 50 }], otherRows: 150 },
    },
  };
  const counts = { rowsRead: 200, rowsAccepted: 200, rowsQuarantined: 0, silver: [] };
  await store.batches.finish(batch.id, { state: "accepted", reason: null, ...counts, profile });
  const kind: ReferenceSketch = {
    kind: "category",
    name: "kind",
    rows: 10,
    missing: 0,
    levels: [{ level: "a", rows: 9 }],
    other: 1,
  };
  const drift = await batchDrift(store, { reference: [evenly("size"), kind, evenly("gone")] }, "prices");
  expect(drift?.columns.map(({ name }) => name)).toEqual(["size", "kind"]);
  const bins = drift?.columns[0]?.bins ?? [];
  expect(bins.map(({ label }) => label)).toEqual(
    ["10", "20", "30", "40", "50", "60", "70", "80", "90"].map((edge) => `≤ ${edge}`).concat("> 90", "missing"),
  );
  // Half of the numbers are gone below, so the upper bins hold twice as much of what is there.
  expect(bins.map(({ expected, actual }) => [expected, Math.round(actual * 100) / 100])).toEqual([
    ...[0.1, 0.1, 0.1, 0.1].map((share) => [expect.closeTo(share), 0]),
    ...[[0.1, 0], ...new Array(5).fill([0.1, 0.18])].map(([share, actual]) => [expect.closeTo(share), actual]),
    [0, 0.1],
  ]);
  expect(drift?.columns[1]?.bins).toEqual([
    { label: "a", expected: 0.9, actual: 0.25 },
    { label: "other", expected: expect.closeTo(0.1), actual: 0.75 },
    { label: "missing", expected: 0, actual: 0 },
  ]);
  expect(await batchDrift(store, { reference: [] }, "none")).toBeNull();
});

test("10,000 runs are filtered, counted and paged by the database, along its indexes", async () => {
  const { database } = server.store;
  await sql`
    insert into atalaya.runs (id, pipeline, definition_hash, trigger, state, started_at)
    select 'many-' || lpad(n::text, 5, '0'), 'many-' || n % 7, 'd', 'cron', case n % 10 when 0 then 'failed' else 'done' end,
      now() - make_interval(mins => n) from generate_series(1, 10000) as n`.execute(database);
  await sql`analyze atalaya.runs`.execute(database);
  const page = async (query: string) =>
    (await server.get(`/v1/console/runs?${query}`)).json<{ total: number; runs: { run: string }[] }>();
  expect(await page("limit=50")).toMatchObject({ total: 10_000, runs: { length: 50 } });
  expect((await page("state=failed&limit=2&offset=998")).runs.map(({ run }) => run)).toEqual(["many-09990", "many-10000"]);
  expect((await page("pipeline=many-3&search=0000")).total).toBe(1);
  const plan = await sql<{ "QUERY PLAN": string }>`
    explain select * from atalaya.runs where state = 'failed' order by started_at desc, id limit 50`.execute(database);
  expect(plan.rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("runs_by_state");
});
