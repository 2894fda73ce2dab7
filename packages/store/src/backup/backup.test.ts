import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../store.js";
import { contentOf, readArchive } from "./archive.js";
import { backUp } from "./back-up.js";
import { restoreBackup } from "./restore.js";
import { copied, tablesOf } from "./tables.js";

let folder: string;
let first: Store;
let second: Store;
const file = () => join(folder, "backup.tar");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-backup-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(folder, 0o755);
  const open = (home: string) => openStore({ home: join(folder, home), databaseUrl: null, s3: null });
  [first, second] = await Promise.all([open("one"), open("two")]);
  await work(first);
  await backUp(first, file(), new Date("2026-11-21T12:00:00Z"));
});

afterAll(async () => {
  await Promise.all([first.close(), second.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Rows that refer to each other, texts that need quoting, and objects with and without a time. */
async function work({ objects, runs }: Store): Promise<void> {
  const at = new Date("2026-11-20T09:30:44.700Z");
  await objects.put("raw", { pipeline: "homes", extension: "csv", at }, Buffer.from("price\n1\n"));
  await objects.put("models", { pipeline: "homes", name: "bundle-of-two", extension: "bin" }, Buffer.alloc(300_000, 7));
  await objects.put("eval", { pipeline: "homes", name: "empty", extension: "json" }, new Uint8Array());
  await runs.start({ id: "run-1", pipeline: "homes", definitionHash: "d".repeat(64), trigger: 'a\ttab, a "quote"\nand \\N' });
  await runs.finish("run-1", { state: "failed", errorCode: "X", errorMessage: "ñ ünïcode" });
}

/** Every row of every table, as text. */
async function rowsOf({ databaseUrl }: Store): Promise<Map<string, string[]>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const found = new Map<string, string[]>();
  for (const table of await tablesOf(client)) {
    const { rows } = await client.query<{ row: string }>(
      `select t::text as row from ${copied(table).split(" (")[0]} as t order by 1`,
    );
    found.set(
      `${table.schema}.${table.table}`,
      rows.map(({ row }) => row),
    );
  }
  await client.end();
  return found;
}

async function objectsOf({ objects }: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const zone of ["raw", "silver", "models", "eval"] as const)
    for await (const object of objects.list(zone)) found[object.key] = Buffer.from(await objects.get(object)).toString("base64");
  return found;
}

test("a backup that was damaged or cut is refused, and nothing is changed", async () => {
  const broken = join(folder, "broken.tar");
  copyFileSync(file(), broken);
  const bytes = readFileSync(broken);
  bytes[bytes.indexOf(Buffer.alloc(1_000, 7)) + 500] = 8;
  writeFileSync(broken, bytes);
  await expect(restoreBackup(second, broken)).rejects.toMatchObject({ code: "STORE_BACKUP_BROKEN" });
  truncateSync(broken, 200_000);
  await expect(restoreBackup(second, broken)).rejects.toMatchObject({ code: "STORE_BACKUP_BROKEN" });
  writeFileSync(broken, "not a tar file");
  await expect(restoreBackup(second, broken)).rejects.toMatchObject({ code: "STORE_BACKUP_BROKEN" });
  expect(await objectsOf(second)).toEqual({});
  expect(await second.runs.list({ limit: 10 })).toEqual([]);
});

test("the restored copy has the same rows and objects, and numbers go on", async () => {
  const restored = await restoreBackup(second, file());
  expect(restored).toMatchObject({ madeAt: "2026-11-21T12:00:00.000Z", objects: 3 });
  expect(await rowsOf(second)).toEqual(await rowsOf(first));
  expect(await objectsOf(second)).toEqual(await objectsOf(first));
  expect((await rowsOf(second)).get("atalaya.runs")).toHaveLength(1);
  // A batch with a time is found again by its content alone, as in the first.
  const again = await second.objects.put(
    "raw",
    { pipeline: "homes", extension: "csv", at: new Date() },
    Buffer.from("price\n1\n"),
  );
  expect(again.key).toContain("raw/homes/2026/11/20/T093044Z-");
  // Triggers are on again, and no number is given twice.
  await second.runs.start({ id: "run-2", pipeline: "homes", definitionHash: "d".repeat(64), trigger: "hand" });
  expect((await rowsOf(second)).get("atalaya.tracked_runs")).toHaveLength(2);
});

test("a database with rows is not overwritten", async () => {
  await expect(restoreBackup(first, file())).rejects.toMatchObject({ code: "STORE_RESTORE_NOT_EMPTY" });
});

test("it is a tar file: every entry is found by its name", async () => {
  const entries = await readArchive(file());
  const manifest = entries?.find(({ name }) => name === "manifest.json");
  expect(entries?.at(-1)).toBe(manifest);
  const parts: Uint8Array[] = [];
  if (manifest !== undefined) for await (const part of contentOf(file(), manifest)) parts.push(part);
  expect(JSON.parse(Buffer.concat(parts).toString())).toMatchObject({ format: 1, madeAt: "2026-11-21T12:00:00.000Z" });
});
