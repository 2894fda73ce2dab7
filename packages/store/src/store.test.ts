import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "./database/migrate.js";
import { decodeNumbers, type ObjectReference, openStore, type Store } from "./index.js";
import { bundleProgram, runProgram } from "./test/child-process.js";

let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-store-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});

afterAll(async () => {
  await store.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const hash = (letter: string) => letter.repeat(64);
const object = (letter: string): ObjectReference => ({
  zone: "raw",
  key: `raw/house-prices/x-${hash(letter)}.csv`,
  sha256: hash(letter),
  bytes: 7,
});

function receipt(letter: string, more: object = {}) {
  return {
    pipeline: "house-prices",
    source: "listings",
    identity: `group=5&batch=${letter}`,
    cursor: letter,
    name: "listings.csv",
    format: "csv",
    mediaType: "text/csv",
    object: object(letter),
    receivedAt: new Date("2026-11-21T09:30:44Z"),
    run: "run-1",
    ...more,
  };
}

/** A database of its own on the same server. */
async function withDatabase<Result>(name: string, work: (url: string) => Promise<Result>): Promise<Result> {
  await sql`create database ${sql.id(name)}`.execute(store.database);
  return work(store.databaseUrl.replace(/\/atalaya$/, `/${name}`));
}

test("the same batch twice is taken once, also when both come at once", async () => {
  const results = await Promise.all([1, 2, 3, 4].map(() => store.batches.record(receipt("a"))));
  expect(results.filter((result) => result.created)).toHaveLength(1);
  expect(new Set(results.map((result) => result.batch.id)).size).toBe(1);
  expect(results[0]?.batch).toMatchObject({ object: object("a"), bytes: 7, sha256: hash("a"), state: "received", silver: [] });
  expect(await store.batches.isKnown("house-prices", "listings", hash("a"))).toBe(true);
  expect(await store.batches.isKnown("house-prices", "other", hash("a"))).toBe(false);
});

test("a batch keeps its outcome, and counts that do not add up are refused", async () => {
  const { batch } = await store.batches.record(receipt("b"));
  const counts = { rowsRead: 10, rowsAccepted: 9, rowsQuarantined: 1 };
  const done = await store.batches.finish(batch.id, { state: "accepted", ...counts, silver: [object("c")] });
  expect(done).toMatchObject({ ...counts, state: "accepted", silver: [object("c")] });
  expect(await store.batches.byId(batch.id)).toEqual(done);
  await expect(store.batches.finish(batch.id, { state: "accepted", ...counts, rowsAccepted: 10, silver: [] })).rejects.toThrow(
    /rows_add_up/,
  );
  await expect(store.batches.finish(999_999, { state: "failed", ...counts, silver: [] })).rejects.toMatchObject({
    code: "STORE_BATCH_UNKNOWN",
  });
  expect(await store.batches.lastCursor("house-prices", "listings")).toBe("b");
  expect(await store.batches.lastCursor("house-prices", "nothing")).toBeNull();
  expect((await store.batches.list("house-prices", { state: "accepted" })).map((row) => row.id)).toEqual([batch.id]);
});

test("quarantine keeps rows in order and once, with any text", async () => {
  const { batch } = await store.batches.record(receipt("d"));
  const rows = Array.from({ length: 45_000 }, (_, index) => ({
    line: index + 2,
    column: index % 3 === 0 ? null : "price",
    reason: index % 3 === 0 ? "ragged row" : "below 10,000",
    text: index === 0 ? "zero \0 and half \ud800 a pair" : `row ${index}`,
  }));
  await store.quarantine.replace(batch.id, rows);
  await store.quarantine.replace(batch.id, rows);
  expect(await store.quarantine.count(batch.id)).toBe(45_000);
  expect(await store.quarantine.list(batch.id, { limit: 2 })).toEqual([
    { line: 2, column: null, reason: "ragged row", text: "zero \u{fffd} and half \u{fffd} a pair" },
    { line: 3, column: "price", reason: "below 10,000", text: "row 1" },
  ]);
  expect(await store.quarantine.reasons(batch.id)).toEqual([
    { column: "price", reason: "below 10,000", rows: 30_000 },
    { column: null, reason: "ragged row", rows: 15_000 },
  ]);
});

test("a repeated step writes one audit row: the last outcome, and how often", async () => {
  const event = {
    run: "run-1",
    step: "train",
    pipeline: "house-prices",
    rowsIn: 100,
    parameters: { trees: 500, l2: Number.NaN },
  };
  await store.audit.record("training", { ...event, status: "failed", errorCode: "LEARN_TARGET_CONSTANT" });
  await store.audit.record("training", {
    ...event,
    status: "done",
    metrics: { rmse: Number.POSITIVE_INFINITY, r2: 0.7 },
    durationMs: 12.5,
  });
  const rows = await store.audit.list("training", { run: "run-1" });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ status: "done", attempts: 2, errorCode: null, rowsIn: 100, durationMs: 12.5 });
  expect(decodeNumbers(rows[0]?.metrics ?? null)).toEqual({ rmse: Number.POSITIVE_INFINITY, r2: 0.7 });
  expect(decodeNumbers(rows[0]?.parameters ?? null)).toEqual({ trees: 500, l2: Number.NaN });
});

test.each(["ingestion", "transformation", "training", "evaluation"] as const)(
  "%s events carry the code of a failure",
  async (kind) => {
    const event = {
      run: "run-2",
      step: "step",
      pipeline: "network",
      status: "failed",
      errorCode: "X_FAILED",
      errorMessage: "bad \0 text",
    } as const;
    await store.audit.record(kind, event);
    const [row] = await store.audit.list(kind, { pipeline: "network" });
    expect(row).toMatchObject({ status: "failed", errorCode: "X_FAILED", errorMessage: "bad \u{fffd} text", metrics: {} });
  },
);

test("runs and trials are listed, and a run that goes on keeps its start", async () => {
  const first = await store.runs.start({ id: "run-9", pipeline: "house-prices", definitionHash: "d", trigger: "by hand" });
  await store.runs.finish("run-9", { state: "failed", errorCode: "X_FAILED", errorMessage: "no" });
  const again = await store.runs.start({ id: "run-9", pipeline: "house-prices", definitionHash: "d", trigger: "by hand" });
  expect(again).toMatchObject({ state: "running", startedAt: first.startedAt, endedAt: null, errorCode: null });
  const done = await store.runs.finish("run-9", { state: "done", verdict: "promoted", version: 3, result: { seconds: 1.5 } });
  expect(done).toMatchObject({ verdict: "promoted", version: 3, result: { seconds: 1.5 } });
  expect(await store.runs.list({ pipeline: "house-prices", state: "done" })).toEqual([done]);
  expect(await store.runs.find("nothing")).toBeNull();
  await expect(store.runs.finish("nothing", { state: "done" })).rejects.toMatchObject({ code: "STORE_RUN_UNKNOWN" });
  const trial = {
    run: "run-9",
    number: 1,
    state: "done",
    parameters: { leaves: 31 },
    metrics: { rmse: 2 },
    score: 2,
    seconds: 0.1,
  } as const;
  await store.runs.recordTrial({ ...trial, score: 3 });
  await store.runs.recordTrial(trial);
  await store.runs.recordTrial({ ...trial, study: "auroc" });
  expect(await store.runs.trials("run-9")).toMatchObject([
    { study: "auroc" },
    { study: "main", score: 2, parameters: { leaves: 31 } },
  ]);
});

test("a dataset is one row for its content", async () => {
  const dataset = {
    pipeline: "house-prices",
    name: "train",
    sha256: hash("e"),
    rows: 20,
    batches: [1, 2],
    objects: [object("e")],
    run: null,
  };
  const first = await store.datasets.record({ ...dataset, columns: ["bed"], split: { kind: "random" } });
  expect(await store.datasets.record({ ...dataset, columns: ["bed"], split: {} })).toEqual(first);
  expect(first).toMatchObject({ batches: [1, 2], objects: [object("e")], columns: ["bed"], split: { kind: "random" } });
  expect(await store.datasets.list("house-prices")).toEqual([first]);
  expect(await store.datasets.find("house-prices", hash("f"))).toBeNull();
});

test("answers are logged in blocks", async () => {
  const entry = {
    pipeline: "house-prices",
    version: 1,
    kind: "predict",
    rows: 1,
    inputs: { bed: 0 },
    answers: [Number.NaN],
    latencyMs: 0.4,
  } as const;
  await store.inferences.record(Array.from({ length: 6000 }, (_, index) => ({ ...entry, request: `request-${index}` })));
  expect(await store.inferences.list({ request: "request-5999" })).toMatchObject([{ inputs: { bed: 0 }, answers: ["NaN"] }]);
  expect(await store.inferences.list({ pipeline: "house-prices", limit: 3 })).toHaveLength(3);
});

test("notifications arrive, and after a broken session the listener is told to look", async () => {
  const heard: (string | null)[] = [];
  const stop = await store.listen("changes", (payload) => heard.push(payload));
  const notify = (text: string) => sql`select pg_notify('changes', ${text})`.execute(store.database);
  await notify("one");
  await expect.poll(() => heard).toEqual(["one"]);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'`.execute(store.database);
  await expect.poll(() => heard).toEqual(["one", null]);
  await notify("two");
  await expect.poll(() => heard).toEqual(["one", null, "two"]);
  stop();
  await notify("three");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toEqual(["one", null, "two"]);
});

test("many processes may migrate one new database at once", () =>
  withDatabase("crowd", async (url) => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ home, databaseUrl: url, s3: null })));
    const applied = await sql<{ n: number }>`select count(*)::int as n from atalaya.migrations`.execute(
      stores[0]?.database as never,
    );
    const files = readdirSync(new URL("./database/migrations", import.meta.url));
    expect(applied.rows[0]?.n).toBe(files.length);
    await Promise.all(stores.map((opened) => opened.close()));
  }));

test("a migration that fails leaves nothing behind", () =>
  withDatabase("halfway", async (url) => {
    const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) });
    try {
      await sql`create schema atalaya`.execute(database);
      await sql`create table atalaya.model_versions ()`.execute(database);
      await expect(migrate(database)).rejects.toMatchObject({
        code: "STORE_MIGRATION_FAILED",
        message: expect.stringContaining("0003-models"),
      });
      const left = await sql<{ found: string | null }>`select to_regclass('atalaya.batches')::text as found`.execute(database);
      expect(left.rows[0]?.found).toBeNull();
    } finally {
      await database.destroy();
    }
  }));

test("a database of a newer release is refused by name", () =>
  withDatabase("newer", async (url) => {
    const opened = await openStore({ home, databaseUrl: url, s3: null });
    await sql`insert into atalaya.migrations (name, timestamp) values ('0999-later', '')`.execute(opened.database);
    await opened.close();
    await expect(openStore({ home, databaseUrl: url, s3: null })).rejects.toMatchObject({
      code: "STORE_DATABASE_NEWER",
      message: expect.stringContaining("0999-later"),
    });
  }));

test("an external database that is away, refuses or does not exist is named without its password", async () => {
  const open = (databaseUrl: string) => openStore({ home, databaseUrl, s3: null }, { patienceMs: 0 });
  const away = await open("postgresql://ana:hunter2@127.0.0.1:9/models").catch((error) => error);
  expect(away).toMatchObject({
    code: "STORE_DATABASE_UNREACHABLE",
    retryable: true,
    message: expect.stringContaining("127.0.0.1:9/models"),
  });
  expect(JSON.stringify(away)).not.toContain("hunter2");
  await expect(open(store.databaseUrl.replace(/:[^:@]+@/, ":wrong@"))).rejects.toMatchObject({ code: "STORE_DATABASE_REFUSED" });
  await expect(open(store.databaseUrl.replace(/atalaya$/, "nothing"))).rejects.toMatchObject({ code: "STORE_DATABASE_REFUSED" });
});

test("two processes open one new home at once, and the server ends with the last", async () => {
  const program = await bundleProgram(new URL("./test/open-store.ts", import.meta.url));
  const fresh = mkdtempSync(join(tmpdir(), "atalaya-crowd-"));
  chmodSync(fresh, 0o755);
  const children = [runProgram(program, [fresh]), runProgram(program, [fresh])];
  try {
    const [one, two] = await Promise.all(children.map((child) => child.answer()));
    expect(one).toMatchObject({ runs: 0, url: two?.url });
    await Promise.all(children.map((child) => child.ask("close")));
    await expect(new Client({ connectionString: String(one?.url) }).connect()).rejects.toThrow(/ECONNREFUSED/);
  } finally {
    await Promise.all(children.map((child) => child.kill("SIGKILL")));
    rmSync(fresh, { recursive: true, force: true });
    rmSync(program, { force: true });
  }
});
