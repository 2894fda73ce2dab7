import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline as flow } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { errors } from "../errors.js";
import type { ObjectName, ObjectReference } from "../objects/object-store.js";
import type { Store } from "../store.js";
import { type ArchiveEntry, contentOf, readArchive } from "./archive.js";
import { entryOfObject, MANIFEST, type Manifest, parseManifest } from "./manifest.js";
import { copied, migrationsOf, quoted } from "./tables.js";

export interface Restored {
  readonly madeAt: string;
  readonly tables: number;
  readonly objects: number;
}

/**
 * Puts a backup into an empty database and an object store. The whole file is read and every hash compared before anything is
 * changed; then the objects come, and last, in one transaction, the rows that name them.
 *
 * @param store  of this release's schema, without runs, batches and versions
 * @throws STORE_BACKUP_BROKEN, STORE_BACKUP_OF_ANOTHER_RELEASE, STORE_RESTORE_NOT_EMPTY, STORE_OBJECT_…
 */
export async function restoreBackup(store: Pick<Store, "databaseUrl" | "objects">, path: string): Promise<Restored> {
  const { manifest, entries } = await verifiedBackup(path);
  const client = new pg.Client({ connectionString: store.databaseUrl, application_name: "atalaya restore" });
  await client.connect();
  try {
    await checkTarget(client, manifest);
    await putObjects(store.objects, path, manifest, entries);
    await client.query("begin");
    await fillTables(client, path, manifest, entries);
    await client.query("commit");
  } finally {
    await client.end();
  }
  return { madeAt: manifest.madeAt, tables: manifest.tables.length, objects: manifest.objects.length };
}

interface VerifiedBackup {
  readonly manifest: Manifest;
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
}

async function verifiedBackup(path: string): Promise<VerifiedBackup> {
  const broken = (because: string) => errors.BACKUP_BROKEN({ file: path, because });
  const all = await readArchive(path);
  if (all === null) throw broken("it is no archive, or ends too early");
  const entries = new Map(all.map((entry) => [entry.name, entry]));
  const last = entries.get(MANIFEST);
  const manifest = last === undefined ? null : parseManifest(await readText(path, last));
  if (manifest === null) throw broken("it has no manifest of this format");
  const wanted = [
    ...manifest.tables.flatMap(({ parts }) => parts),
    ...manifest.objects.map(({ sha256 }) => ({ entry: entryOfObject(sha256), sha256 })),
  ];
  for (const { entry, sha256 } of wanted) {
    const found = entries.get(entry);
    if (found === undefined) throw broken(`${entry} is missing`);
    if (found.sha256 !== sha256) throw broken(`${entry} has the SHA-256 ${found.sha256} instead of ${sha256}`);
  }
  return { manifest, entries };
}

async function readText(path: string, { at, bytes }: ArchiveEntry): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, at);
    return buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

/** Tables that are empty where nobody has worked yet. */
const telling = ["runs", "batches", "model_versions", "inference_logs"];

async function checkTarget(client: pg.Client, { migrations }: Manifest): Promise<void> {
  const known = await migrationsOf(client);
  if (known.join() !== migrations.join()) {
    throw errors.BACKUP_OF_ANOTHER_RELEASE({ found: migrations.at(-1) ?? "none", known: known.at(-1) ?? "none" });
  }
  for (const table of telling) {
    const { rows } = await client.query(`select from atalaya.${table} limit 1`);
    if (rows.length > 0) throw errors.RESTORE_NOT_EMPTY({ table: `atalaya.${table}` });
  }
}

async function putObjects(
  objects: Store["objects"],
  path: string,
  manifest: Manifest,
  entries: VerifiedBackup["entries"],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-restore-"));
  const file = join(folder, "object");
  try {
    for (const object of manifest.objects) {
      const entry = entries.get(entryOfObject(object.sha256));
      const name = nameOf(object);
      if (entry === undefined || name === null)
        throw errors.BACKUP_BROKEN({ file: path, because: `${object.key} is no key of an object` });
      writeFileSync(file, "");
      const target = await open(file, "w");
      for await (const part of contentOf(path, entry)) await target.appendFile(part);
      await target.close();
      const { key } = await objects.put(object.zone, name, { path: file });
      if (key !== object.key) throw errors.BACKUP_BROKEN({ file: path, because: `${object.key} would become ${key}` });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The name that gives this key; see `objectKey`. */
function nameOf({ zone, key, sha256 }: ObjectReference): ObjectName | null {
  const [keyZone, pipeline, ...rest] = key.split("/");
  const [front = "", extension = ""] = rest.join("/").split(`-${sha256}.`);
  if (keyZone !== zone || pipeline === undefined || extension === "") return null;
  const time = /^(\d{4})\/(\d\d)\/(\d\d)\/T(\d\d)(\d\d)(\d\d)Z$/.exec(front);
  if (time === null) return { pipeline, extension, name: front };
  const [year, month, day, hour, minute, second] = time.slice(1);
  return { pipeline, extension, at: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) };
}

/** Triggers stay silent: what they would write is in the backup, and what they would announce has been announced. */
async function fillTables(
  client: pg.Client,
  path: string,
  manifest: Manifest,
  entries: VerifiedBackup["entries"],
): Promise<void> {
  const names = manifest.tables.map(({ schema, table }) => quoted(schema, table));
  for (const name of names) await client.query(`alter table ${name} disable trigger user`);
  await client.query(`truncate ${names.join(", ")}`);
  for (const table of manifest.tables) {
    const parts = table.parts.flatMap(({ entry }) => entries.get(entry) ?? []);
    if (parts.length > 0)
      await flow(Readable.from(rowsOf(path, parts)), client.query(copyFrom(`copy ${copied(table)} from stdin`)));
  }
  for (const { schema, sequence, last } of manifest.sequences) {
    if (last !== null) await client.query("select setval($1::regclass, $2::bigint)", [quoted(schema, sequence), last]);
  }
  for (const name of names) await client.query(`alter table ${name} enable trigger user`);
}

async function* rowsOf(path: string, parts: readonly ArchiveEntry[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield* contentOf(path, part);
}
