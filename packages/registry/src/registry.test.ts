import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ObjectReference, openStore, type Store, sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AliasChange, addComment, listComments, openRegistry, type Registry } from "./index.js";

let home: string;
let store: Store;
let registry: Registry;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-registry-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const by = { who: "ana", why: "better on the test part" };

/** A registered model whose bytes are a text. */
async function register(pipeline: string, text: string, more: object = {}) {
  const bundle = await store.objects.put(
    "models",
    { pipeline, name: "bundle", extension: "bin" },
    Buffer.from(`${pipeline} ${text}`),
  );
  return registry.registerVersion({ ...entry(pipeline, bundle), ...more });
}

function entry(pipeline: string, bundle: ObjectReference) {
  return {
    pipeline,
    hash: bundle.sha256,
    bundle,
    run: "run-1",
    verdict: "passed",
    reasons: ["r2 0.74 is at least 0.35"],
    metrics: { r2: 0.74, mape: Number.NaN },
    datasetReference: "d".repeat(64),
    parameters: { trees: 500 },
    signature: { inputs: [{ name: "bed" }] },
  };
}

async function promote(pipeline: string, ...versions: number[]): Promise<void> {
  for (const version of versions) await registry.promote({ pipeline, version, alias: "production", ...by });
}

async function production(pipeline: string): Promise<number | undefined> {
  return (await registry.aliasOf(pipeline, "production"))?.version;
}

test("versions count from 1, and the same model is the same version", async () => {
  expect(await register("count", "a")).toEqual({ version: 1, created: true });
  expect(await register("count", "b")).toEqual({ version: 2, created: true });
  expect(await register("count", "a", { run: "run-2" })).toEqual({ version: 1, created: false });
  expect(await register("other", "a")).toEqual({ version: 1, created: true });
  expect((await registry.list("count")).map((row) => row.version)).toEqual([2, 1]);
  expect(await registry.pipelines()).toEqual(expect.arrayContaining(["count", "other"]));
});

test("many runs at once leave no gap and no double", async () => {
  const texts = Array.from({ length: 24 }, (_, index) => `model ${index % 12}`);
  const results = await Promise.all(texts.map((text, index) => register("crowd", text, { run: `run-${index}` })));
  expect(results.filter((result) => result.created)).toHaveLength(12);
  expect([...new Set(results.map((result) => result.version))].sort((left, right) => left - right)).toEqual(
    Array.from({ length: 12 }, (_, index) => index + 1),
  );
});

test("a version keeps what it was registered with", async () => {
  await register("facts", "a");
  const version = await registry.versionOf("facts", { version: 1 });
  expect(version).toMatchObject({
    run: "run-1",
    verdict: "passed",
    metrics: { r2: 0.74, mape: "NaN" },
    parameters: { trees: 500 },
    aliases: [],
  });
  expect(version.createdAt).toBeInstanceOf(Date);
});

test("every verdict is kept, a repeated one once, and the version shows the last", async () => {
  await register("verdicts", "a", { verdict: "refused", reasons: ["r2 0.2 is below 0.35"] });
  await register("verdicts", "a", { verdict: "refused", reasons: ["r2 0.2 is below 0.35"] });
  await registry.recordVerdict({
    pipeline: "verdicts",
    version: 1,
    run: "run-2",
    verdict: "passed",
    reasons: ["first"],
    details: { r2: 0.4 },
  });
  await registry.recordVerdict({ pipeline: "verdicts", version: 1, run: "run-2", verdict: "passed", reasons: ["first"] });
  const { verdicts } = await registry.history("verdicts");
  expect(verdicts.map((row) => [row.run, row.verdict])).toEqual([
    ["run-2", "passed"],
    ["run-1", "refused"],
  ]);
  expect(verdicts[0]).toMatchObject({ reasons: ["first"], details: { r2: 0.4 } });
  expect(await registry.versionOf("verdicts", { version: 1 })).toMatchObject({ verdict: "passed", reasons: ["first"] });
});

test("a promotion says from where to where, and one that is there already changes nothing", async () => {
  for (const text of ["a", "b"]) await register("moves", text);
  const request = { pipeline: "moves", alias: "production", ...by };
  expect(await registry.promote({ ...request, version: 1 })).toMatchObject({ from: null, to: 1, changed: true });
  expect(await registry.promote({ ...request, version: 2 })).toMatchObject({ from: 1, to: 2, changed: true });
  expect(await registry.promote({ ...request, version: 2 })).toMatchObject({ from: 2, to: 2, changed: false });
  const { moves } = await registry.history("moves");
  expect(moves).toMatchObject([
    { action: "promote", fromVersion: 1, toVersion: 2, ...by },
    { action: "promote", fromVersion: null, toVersion: 1, ...by },
  ]);
  expect((await registry.list("moves")).map((row) => row.aliases)).toEqual([["production"], []]);
  expect(await registry.versionOf("moves", { alias: "production" })).toMatchObject({ version: 2, aliases: ["production"] });
});

test("two rollbacks go two back, and a promotion after them is undone first", async () => {
  for (const text of ["a", "b", "c", "d"]) await register("back", text);
  const rollback = () => registry.rollback({ pipeline: "back", alias: "production", ...by });
  await promote("back", 1, 2, 1, 3);
  expect(await rollback()).toMatchObject({ from: 3, to: 1 });
  expect(await rollback()).toMatchObject({ from: 1, to: 2 });
  await promote("back", 4);
  expect(await rollback()).toMatchObject({ from: 4, to: 2 });
  expect(await rollback()).toMatchObject({ from: 2, to: 1 });
  await expect(rollback()).rejects.toMatchObject({ code: "REGISTRY_NOTHING_TO_ROLL_BACK" });
  expect(await production("back")).toBe(1);
});

test("moves at once have one order, and none is lost", async () => {
  for (const text of ["a", "b", "c"]) await register("race", text);
  await Promise.all(Array.from({ length: 30 }, (_, index) => promote("race", (index % 3) + 1)));
  const moves = [...(await registry.history("race")).moves].reverse();
  expect(moves.map((move) => move.fromVersion)).toEqual([null, ...moves.slice(0, -1).map((move) => move.toVersion)]);
  expect(await production("race")).toBe(moves.at(-1)?.toVersion);
});

test("what is unknown is said, with the nearest name", async () => {
  await register("house-prices", "a");
  await promote("house-prices", 1);
  const unknown = async (work: Promise<unknown>) => work.then(String, (error) => `${error.code}: ${error.hint}`);
  expect(await unknown(registry.list("house-price"))).toBe('REGISTRY_PIPELINE_UNKNOWN: Did you mean "house-prices"?');
  expect(await unknown(registry.history("nothing-like-it"))).toBe("REGISTRY_PIPELINE_UNKNOWN: Run the pipeline first.");
  expect(await unknown(registry.versionOf("house-prices", { alias: "prodution" }))).toBe(
    'REGISTRY_ALIAS_UNKNOWN: Did you mean "production"?',
  );
  expect(await unknown(registry.versionOf("house-prices", { version: 7 }))).toBe(
    "REGISTRY_VERSION_UNKNOWN: Its versions are 1 to 1.",
  );
  for (const version of [0, -1, 1.5, 1e12, Number.NaN]) {
    expect(await unknown(registry.promote({ pipeline: "house-prices", version, alias: "production", ...by }))).toMatch(
      /^REGISTRY_VERSION_UNKNOWN/,
    );
  }
  expect(await unknown(registry.promote({ pipeline: "house-prices", version: 1, alias: "in use", ...by }))).toMatch(
    /^REGISTRY_ALIAS_INVALID/,
  );
  expect(await unknown(registry.rollback({ pipeline: "house-prices", alias: "canary", ...by }))).toMatch(
    /^REGISTRY_ALIAS_UNKNOWN/,
  );
  expect(await unknown(registry.recordVerdict({ pipeline: "x", version: 1, run: null, verdict: "passed", reasons: [] }))).toMatch(
    /^REGISTRY_PIPELINE/,
  );
  expect(await registry.aliasOf("house-prices", "canary")).toBeNull();
});

test("a bundle is loaded by version or alias, and a changed one is refused", async () => {
  await register("bytes", "a");
  await promote("bytes", 1);
  const loaded = await registry.loadBundle("bytes", { alias: "production" });
  expect(Buffer.from(loaded.bytes).toString()).toBe("bytes a");
  expect(await registry.loadBundle("bytes", { version: 1 })).toEqual(loaded);
  const { bundle } = await registry.versionOf("bytes", { version: 1 });
  const path = join(home, "objects", bundle.key);
  chmodSync(path, 0o644);
  writeFileSync(path, "bytes b");
  await expect(registry.loadBundle("bytes", { version: 1 })).rejects.toMatchObject({ code: "STORE_OBJECT_CORRUPT" });
  const other = { ...bundle, sha256: "0".repeat(64) };
  await expect(registry.registerVersion({ ...entry("bytes", bundle), bundle: other })).rejects.toMatchObject({
    code: "REGISTRY_HASH_MISMATCH",
  });
});

test("a change of an alias is told at once, once, and only to those who asked", async () => {
  for (const text of ["a", "b", "c"]) await register("told", text);
  await register("untold", "a");
  await promote("told", 1);
  const changes: AliasChange[] = [];
  const stop = await registry.onAliasChange("told", (change) => changes.push(change));
  await promote("untold", 1);
  await promote("told", 2);
  await expect.poll(() => changes).toEqual([{ pipeline: "told", alias: "production", from: 1, to: 2 }]);
  await registry.rollback({ pipeline: "told", alias: "production", ...by });
  await expect.poll(() => changes.at(-1)).toEqual({ pipeline: "told", alias: "production", from: 2, to: 1 });
  stop();
  await promote("told", 3);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(changes).toHaveLength(2);
});

test("a change is told when the session breaks, and when notifications do not come at all", async () => {
  for (const text of ["a", "b", "c"]) await register("quiet", text);
  const polling = openRegistry(store, { pollMs: 100 });
  const changes: (number | null)[] = [];
  const stop = await registry.onAliasChange("quiet", (change) => changes.push(change.to));
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'`.execute(store.database);
  await promote("quiet", 1);
  await expect.poll(() => changes).toEqual([1]);
  stop();
  const deaf = openRegistry({ ...store, listen: async () => () => undefined }, { pollMs: 50 });
  const stopDeaf = await deaf.onAliasChange("quiet", (change) => changes.push(change.to));
  await polling.promote({ pipeline: "quiet", version: 2, alias: "production", ...by });
  await expect.poll(() => changes).toEqual([1, 2]);
  stopDeaf();
});

test("comments stay with a version or a model, the oldest first, and say something", async () => {
  const pipeline = "commented";
  await register(pipeline, "one");
  await register(pipeline, "two");
  const say = (version: number | null, text: string) =>
    addComment(store.database, { model: pipeline, version, who: "ana", text });
  await say(1, "  wrong for Ohio ");
  await say(null, "retired in May");
  await say(2, "checked by hand");
  expect((await listComments(store.database, pipeline)).map(({ text }) => text)).toEqual([
    "wrong for Ohio",
    "retired in May",
    "checked by hand",
  ]);
  const ofSecond = await listComments(store.database, pipeline, 2);
  expect(ofSecond.map(({ version, who }) => [version, who])).toEqual([
    [null, "ana"],
    [2, "ana"],
  ]);
  await expect(say(9, "x")).rejects.toMatchObject({ code: "REGISTRY_MODEL_VERSION_UNKNOWN" });
  await expect(say(1, "   ")).rejects.toMatchObject({ code: "REGISTRY_COMMENT_INVALID" });
  await expect(addComment(store.database, { model: "nobody", version: null, who: "ana", text: "x" })).rejects.toMatchObject({
    code: "REGISTRY_MODEL_UNKNOWN",
  });
});
