import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@atalaya/store";
import { describeMetrics, Meter } from "@atalaya/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { factMetrics } from "./fact-metrics.js";
import { addRunMetrics } from "./run-metrics.js";
import { addStoreMetrics } from "./store-metrics.js";

const pipelines = [
  {
    name: "homes",
    alias: "production",
    limits: [{ metric: "r2", bound: "atLeast", limit: 0.35 } as const],
    freshWithinSeconds: 3_600,
  },
];
let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-facts-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

function fail(error: unknown): never {
  throw error;
}

const names = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name).sort();
const namesOf = (role: "facts" | "worker" | "store") =>
  describeMetrics([role])
    .map(({ name }) => name)
    .sort();

async function addRun(id: string, pipeline: string, state: "done" | "failed" | null): Promise<void> {
  await store.runs.start({ id, pipeline, definitionHash: "d", trigger: "by hand" });
  const event = { run: id, step: "ingest", pipeline, status: "done" } as const;
  await store.audit.record("ingestion", event);
  await store.audit.record("ingestion", event);
  if (state !== null) await store.runs.finish(id, { state });
}

test("facts are those of the catalogue, of the project's pipelines alone", async () => {
  await addRun("one", "homes", "done");
  await addRun("two", "homes", "failed");
  await addRun("three", "homes", null);
  await addRun("four", 'user "text"', "done");
  await store.driftHistory.record({
    ...{ pipeline: "homes", run: "one", batch: null, version: null, rule: "psi > 0.2", decision: "wait", trigger: null, rows: 5 },
    ...{ verdict: "drifted", reasons: [], statistics: { features: [{ psi: 0.31 }, { psi: 0.4 }, { psi: null }] } },
  });
  const text = await factMetrics({ store, pipelines, onFailed: fail })();
  expect(names(text)).toEqual(namesOf("facts"));
  for (const line of [
    'atalaya_runs_total{pipeline="homes",state="done"} 1',
    'atalaya_runs_total{pipeline="homes",state="failed"} 1',
    'atalaya_runs_unfinished{pipeline="homes",state="running"} 1',
    'atalaya_run_last_failed{pipeline="homes"} 1',
    'atalaya_step_retries_total{pipeline="homes"} 3',
    'atalaya_drifted{pipeline="homes"} 1',
    'atalaya_drift_largest_psi{pipeline="homes"} 0.4',
    'atalaya_alias_version{pipeline="homes"} 0',
    'atalaya_gate_limit{pipeline="homes",metric="r2",bound="atLeast"} 0.35',
    'atalaya_fresh_within_seconds{pipeline="homes"} 3600',
    "atalaya_database_up 1",
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/atalaya_run_progress_timestamp_seconds\{pipeline="homes"\} \d{10}/);
  expect(text).not.toContain("user");
});

test("a scraper that comes every 100 ms makes one reading in five seconds", async () => {
  let [clock, readings] = [1_000_000, 0];
  const counting = new Proxy(store, {
    get(target, name: keyof Store) {
      if (name === "database") readings++;
      return target[name];
    },
  });
  const metrics = factMetrics({ store: counting, pipelines, onFailed: () => {}, now: () => clock });
  for (let scrape = 0; scrape < 100; scrape++, clock += 100) await metrics();
  expect(readings).toBe(2);
});

test("a database that does not answer is told once and holds nothing up; the facts before stay", async () => {
  let [clock, failures] = [1_000_000, 0];
  let database: unknown = store.database;
  const broken = {
    ...store,
    get database() {
      return database as Store["database"];
    },
  };
  const metrics = factMetrics({ store: broken, pipelines, onFailed: () => failures++, now: () => clock });
  expect(await metrics()).toContain("atalaya_database_up 1\n");
  database = null;
  for (let scrape = 0; scrape < 3; scrape++) {
    clock += 6_000;
    const text = await metrics();
    expect(text).toContain("atalaya_database_up 0\n");
    expect(text).toContain('atalaya_run_last_failed{pipeline="homes"} 1\n');
    expect(text).toContain("atalaya_facts_timestamp_seconds 1000\n");
  }
  expect(failures).toBe(1);
});

test("a database that hangs counts as down, and the scrapes after the first do not wait for it", async () => {
  let clock = 1_000_000;
  const metrics = factMetrics({ store, pipelines, onFailed: () => {}, now: () => clock });
  await store.database.transaction().execute(async (transaction) => {
    await sql`lock table atalaya.runs in access exclusive mode`.execute(transaction);
    expect(await metrics()).toContain("atalaya_database_up 1\n");
    clock += 3_500;
    expect(await metrics()).toContain("atalaya_database_up 0\n");
  });
  await expect.poll(metrics).toContain("atalaya_database_up 1\n");
});

test("runs and stores tell the metrics of their roles", async () => {
  const meter = new Meter();
  const onEvent = addRunMetrics(meter);
  expect(names(await meter.text())).toEqual(namesOf("worker"));
  addStoreMetrics(meter, store);
  expect(names(await meter.text())).toEqual([...namesOf("worker"), ...namesOf("store")].sort());
  const about = { run: "one", pipeline: "homes", at: 0 };
  onEvent({ ...about, type: "run-started", resumed: false, steps: [] });
  onEvent({ ...about, type: "step-done", step: "train", summary: "", replayed: false, seconds: 2 });
  onEvent({ ...about, type: "step-done", step: "split", summary: "", replayed: true, seconds: 2 });
  expect(await meter.text()).toContain('atalaya_runs_active{pipeline="homes"} 1\n');
  onEvent({ ...about, type: "run-failed", code: "X", message: "" });
  const text = await meter.text();
  expect(text).toContain('atalaya_step_seconds_sum{pipeline="homes",step="train"} 2\n');
  expect(text).toContain('atalaya_steps_replayed_total{pipeline="homes"} 1\n');
  expect(text).toContain('atalaya_runs_ended_total{pipeline="homes",verdict="failed"} 1\n');
  expect(text).toContain('atalaya_runs_active{pipeline="homes"} 0\n');
  expect(text).toContain('atalaya_object_operations_total{operation="get",outcome="done"} 0\n');
});
