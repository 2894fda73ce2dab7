import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createExperiment, createRun, findRun, logBatch, moveRun, openRegistry, putArtifact } from "../index.js";
import { collect } from "./collect.js";

let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-collect-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const options = { keepDeletedDays: 30, keepUnnamedHours: 24, dryRun: false };

/** Makes everything look as if it had been there for two days. */
function age(): void {
  const then = new Date(Date.now() - 2 * 86_400_000);
  for (const path of readdirSync(join(home, "objects"), { recursive: true }) as string[])
    if (path.includes("-")) utimesSync(join(home, "objects", path), then, then);
}

test("what nothing names goes, with a tombstone; what a version, a list or a run names stays", async () => {
  const put = (text: string, name = "x", extension = "bin") =>
    store.objects.put("models", { pipeline: "p", name, extension }, Buffer.from(text));
  const bundle = await put("bundle");
  const part = await put("part of a dataset");
  const manifest = await store.objects.put(
    "silver",
    { pipeline: "p", name: "dataset", extension: "json" },
    Buffer.from(JSON.stringify({ parts: [part] })),
  );
  const lost = await put("nobody knows me");
  await openRegistry(store).registerVersion({
    pipeline: "p",
    hash: bundle.sha256,
    bundle,
    run: null,
    verdict: "passed",
    reasons: [],
    metrics: {},
    datasetReference: manifest.sha256,
    parameters: {},
    signature: {},
  });
  const experiment = await createExperiment(store.database, { name: "e", artifactLocation: null, tags: {} });
  const [kept, deleted] = await Promise.all(
    ["kept", "deleted"].map((name) => createRun(store.database, { experiment, name, userId: "", startedAt: 1, tags: [] })),
  );
  if (kept === undefined || deleted === undefined) throw new Error("There are no runs.");
  const path = (uri: string) => `${uri.slice("mlflow-artifacts:/".length)}/file`;
  const keptFile = await putArtifact(store, path(kept.artifactUri), Buffer.from("kept"));
  const deletedFile = await putArtifact(store, path(deleted.artifactUri), Buffer.from("deleted"));
  await logBatch(store.database, deleted.id, { metrics: [{ key: "m", value: 1, at: 1, step: 0 }], params: [], tags: [] });
  await moveRun(store.database, deleted.id, "deleted");

  expect((await collect(store, options)).objects).toEqual([]);
  age();
  // Deleted a moment ago: it can still be restored.
  expect((await collect(store, { ...options, dryRun: true })).objects.map(({ key }) => key)).toEqual([lost.key]);
  await sql`update atalaya.tracked_runs set deleted_at = 1 where id = ${deleted.id}`.execute(store.database);
  const dry = await collect(store, { ...options, dryRun: true });
  expect(dry.runs).toEqual([deleted.id]);
  expect(dry.objects.map(({ sha256 }) => sha256).sort()).toEqual([lost.sha256, deletedFile.object.sha256].sort());
  expect(await store.objects.has(lost)).toBe(true);

  const done = await collect(store, options);
  expect({ ...done, liveObjects: 0 }).toEqual({ ...dry, liveObjects: 0 });
  expect(await store.objects.has(lost)).toBe(false);
  expect(await store.objects.has(deletedFile.object)).toBe(false);
  for (const object of [bundle, part, manifest, keptFile.object]) expect(await store.objects.has(object), object.key).toBe(true);
  await expect(findRun(store.database, deleted.id)).rejects.toMatchObject({ code: "REGISTRY_RUN_UNKNOWN" });
  for (const table of ["metric_points", "latest_metrics", "run_touches"]) {
    const { rows } = await sql`select from ${sql.table(`atalaya.${table}`)} where run = ${deleted.number}`.execute(
      store.database,
    );
    expect(rows, table).toHaveLength(0);
  }
  const tombs = await sql<{ kind: string; name: string }>`select kind, name from atalaya.tombstones order by id`.execute(
    store.database,
  );
  expect(tombs.rows[0]).toEqual({ kind: "run", name: deleted.id });
  expect(tombs.rows.map(({ name }) => name)).toContain(lost.key);
  expect((await collect(store, options)).objects).toEqual([]);
});
