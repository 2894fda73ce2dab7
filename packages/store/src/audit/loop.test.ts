import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../index.js";

let home: string;
let store: Store;
let batch: number;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-loop-store-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  const sha256 = "a".repeat(64);
  const object = { zone: "raw", key: `raw/flows/x-${sha256}.csv`, sha256, bytes: 7 } as const;
  const receipt = { pipeline: "flows", source: "s", identity: "1", cursor: "1", name: "x.csv", format: "csv", mediaType: null };
  const recorded = await store.batches.record({ ...receipt, object, receivedAt: new Date(), run: "r" });
  batch = recorded.batch.id;
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const decision = {
  pipeline: "flows",
  run: "r1",
  version: 1,
  rule: "default",
  verdict: "stable",
  decision: "wait",
  trigger: null,
  rows: 15_000,
  reasons: ["no feature moved"],
  statistics: { features: [{ name: "bytes", psi: 0.01 }] },
} as const;

test("a decision is one row a run, and an error that trains is refused by the database", async () => {
  await store.driftHistory.record({ ...decision, batch });
  const again = await store.driftHistory.record({ ...decision, batch, rows: 14_000 });
  expect(await store.driftHistory.list("flows")).toEqual([again]);
  expect(await store.driftHistory.ofRun("r1")).toMatchObject({ rows: 14_000, statistics: decision.statistics });
  const failed = { ...decision, batch, run: "r2", verdict: "failed", decision: "train" } as const;
  await expect(store.driftHistory.record(failed)).rejects.toThrow(/driftHistory|drift_history/);
  expect(await store.driftHistory.ofRun("r2")).toBeNull();
});

test("a moment of a schedule is taken by one process, and never a moment before it", async () => {
  const begun = await store.schedules.begin("flows", "0 3 * * *", new Date("2026-11-01T00:00:00Z"));
  expect(begun.firedAt).toBeNull();
  const due = new Date("2026-11-21T03:00:00Z");
  const taken = await Promise.all([1, 2, 3].map(() => store.schedules.take("flows", "0 3 * * *", due)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await store.schedules.take("flows", "0 3 * * *", new Date("2026-11-20T03:00:00Z"))).toBe(false);
  expect((await store.schedules.begin("flows", "0 3 * * *", new Date())).servedUntil).toEqual(due);
});

test("the last ending of a sub-flow under a definition", async () => {
  const flow = { flow: "training", pipeline: "flows", definitionHash: "h" } as const;
  expect(await store.flows.last("flows", "training", "h")).toBeNull();
  await store.flows.record({ ...flow, run: "r1", outcome: { model: "a" } });
  await store.flows.record({ ...flow, run: "r2", outcome: { model: "b" } });
  await store.flows.record({ ...flow, run: "r3", definitionHash: "other", outcome: { model: "c" } });
  expect((await store.flows.last("flows", "training", "h"))?.outcome).toEqual({ model: "b" });
});

test("rows in tables: by COPY, once however often, with every character", async () => {
  const texts = ["plain", 'tab\tline\nreturn\rback\\slash "quoted" \\. \\N', "zero\0and ñ 漢 🙂", ""];
  const rows = [...texts.map((text, at) => ({ line: at + 1, row: { text, n: Number.NaN } }))];
  const of = { id: batch, pipeline: "flows", receivedAt: new Date("2026-11-21T09:00:00Z") };
  await store.keptRows.replaceRaw(of, rows);
  expect(await store.keptRows.replaceRaw(of, rows)).toBe(4);
  const kept = await store.database.selectFrom("rawData").selectAll().orderBy("line").execute();
  expect(kept.map(({ row }) => row)).toEqual(texts.map((text) => ({ text: text.replace("\0", "\u{FFFD}"), n: "NaN" })));
  expect(kept[0]).toMatchObject({ batch, line: 1, receivedAt: new Date("2026-11-21T09:00:00Z") });

  const many = Array.from({ length: 31_000 }, (_, line) => ({
    line,
    dataset: line % 5 === 0 ? ("test" as const) : ("train" as const),
    row: { line },
  }));
  let readings = 0;
  const clean = (fingerprint: string) => ({
    id: batch,
    fingerprint,
    rows: () => {
      readings++;
      return many;
    },
  });
  expect(await store.keptRows.replaceClean("flows", "d1", [clean("a")])).toEqual({ rows: 31_000, written: 31_000 });
  const broken = {
    id: batch,
    fingerprint: "b",
    rows: function* () {
      yield many[0]!;
      throw new Error("the source of the rows broke");
    },
  };
  await expect(store.keptRows.replaceClean("flows", "d2", [broken])).rejects.toThrow("the source of the rows broke");
  expect(await store.keptRows.replaceClean("flows", "d3", [clean("a")])).toEqual({ rows: 31_000, written: 0 });
  expect(readings).toBe(1);
  const counts = await store.database
    .selectFrom("cleanData")
    .select((select) => ["dataset", "datasetReference", select.fn.countAll<number>().as("rows")])
    .groupBy(["dataset", "datasetReference"])
    .orderBy("dataset")
    .execute();
  expect(counts).toEqual([
    { dataset: "test", datasetReference: "d1", rows: 6_200 },
    { dataset: "train", datasetReference: "d1", rows: 24_800 },
  ]);
  const references = await store.database.selectFrom("cleanBatches").select("datasetReference").execute();
  expect(references).toEqual([{ datasetReference: "d3" }]);
  const fewer = { ...clean("c"), rows: () => many.slice(0, 10) };
  expect(await store.keptRows.replaceClean("flows", "d4", [fewer])).toEqual({ rows: 10, written: 10 });
  expect(await store.keptRows.replaceClean("flows", "d5", [])).toEqual({ rows: 0, written: 0 });
  expect(await store.database.selectFrom("cleanData").select("line").execute()).toEqual([]);
});

test("a released batch is judged anew", async () => {
  const none = { rowsRead: 2, rowsAccepted: 0, rowsQuarantined: 2, silver: [] };
  await store.batches.finish(batch, { state: "refused", reason: "half of it is bad", ...none, profile: { rows: 2 } });
  const released = await store.batches.release(batch, { who: "ana", why: "known fault of the source" });
  expect(released).toMatchObject({ state: "received", reason: null, profile: { rows: 2 }, released: { who: "ana" } });
  await expect(store.batches.release(999_999, { who: "ana", why: "" })).rejects.toMatchObject({ code: "STORE_BATCH_UNKNOWN" });
});
