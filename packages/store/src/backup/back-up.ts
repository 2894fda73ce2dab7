import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtalayaError } from "@atalaya/errors";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { ObjectReference, ObjectStore, Zone } from "../objects/object-store.js";
import type { Store } from "../store.js";
import { ArchiveWriter } from "./archive.js";
import { entryOfObject, FORMAT, MANIFEST, type Manifest, type TablePart } from "./manifest.js";
import { type BackedUpTable, migrationsOf, quoted, sequencesOf, tablesOf } from "./tables.js";

const zones: readonly Zone[] = ["raw", "silver", "models", "eval"];
/** Rows of a table are collected to parts of about this size, whose length is then known. */
const PART_BYTES = 32 * 1024 * 1024;
/** Larger objects go over the disk instead of memory. */
const LARGE_OBJECT_BYTES = 64 * 1024 * 1024;

/** What was written. */
export interface BackedUp {
  readonly tables: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Writes the whole state to one file: every row of one moment (a snapshot of PostgreSQL), then every object. Objects never
 * change and are written before rows name them, so what the rows name is there. Work goes on meanwhile.
 *
 * Cost: one pass over tables and objects; memory for one part or object of 64 MB.
 *
 * @throws STORE_OBJECT_CORRUPT, STORE_OBJECT_STORE_FAILED, and the file system's errors
 */
export async function backUp(store: Pick<Store, "databaseUrl" | "objects">, path: string, now = new Date()): Promise<BackedUp> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, "w", 0o600);
  try {
    const archive = new ArchiveWriter(file, now);
    const facts = await inSnapshot(store.databaseUrl, (client) => writeTables(client, archive));
    const objects = await writeObjects(store.objects, archive);
    const manifest: Manifest = { format: FORMAT, madeAt: now.toISOString(), ...facts, objects };
    const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
    await archive.add(MANIFEST, text.byteLength, text);
    await archive.finish();
    const { size } = await file.stat();
    await file.close();
    await rename(unfinished, path);
    return { tables: facts.tables.length, objects: objects.length, bytes: size };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function inSnapshot<Result>(databaseUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "atalaya backup" });
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    return await work(client);
  } finally {
    await client.end();
  }
}

type DatabaseFacts = Pick<Manifest, "migrations" | "tables" | "sequences">;

async function writeTables(client: pg.Client, archive: ArchiveWriter): Promise<DatabaseFacts> {
  const migrations = await migrationsOf(client);
  // Sequences are no part of a snapshot: read before the rows they could be behind, read here they are at most ahead.
  const tables = await tablesOf(client);
  const written: (BackedUpTable & { parts: TablePart[] })[] = [];
  for (const table of tables) written.push({ ...table, parts: await writeRows(client, archive, table) });
  return { migrations, tables: written, sequences: await sequencesOf(client) };
}

async function writeRows(client: pg.Client, archive: ArchiveWriter, table: BackedUpTable): Promise<TablePart[]> {
  const parts: TablePart[] = [];
  let waiting: Buffer[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    const entry = `database/${table.schema}.${table.table}.${String(parts.length + 1).padStart(6, "0")}`;
    const { sha256 } = await archive.add(entry, bytes, Buffer.concat(waiting));
    parts.push({ entry, sha256 });
    waiting = [];
    bytes = 0;
  };
  const rows = client.query(copyTo(`copy (select ${columnsOf(table)} from ${quoted(table.schema, table.table)}) to stdout`));
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= PART_BYTES) await write();
  }
  if (bytes > 0) await write();
  return parts;
}

function columnsOf({ columns }: BackedUpTable): string {
  return columns.map((column) => quoted(column)).join(", ");
}

async function writeObjects(objects: ObjectStore, archive: ArchiveWriter): Promise<ObjectReference[]> {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-backup-"));
  const written: ObjectReference[] = [];
  const contents = new Set<string>();
  try {
    for (const zone of zones) {
      for await (const object of objects.list(zone)) {
        if (!contents.has(object.sha256) && !(await writeObject(objects, archive, object, folder))) continue;
        contents.add(object.sha256);
        written.push(object);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return written;
}

/** False: it was collected as garbage meanwhile, so nothing names it. */
async function writeObject(
  objects: ObjectStore,
  archive: ArchiveWriter,
  object: ObjectReference,
  folder: string,
): Promise<boolean> {
  const entry = entryOfObject(object.sha256);
  try {
    if (object.bytes <= LARGE_OBJECT_BYTES) {
      await archive.add(entry, object.bytes, await objects.get(object));
      return true;
    }
    const file = join(folder, object.sha256);
    await objects.download(object, file);
    await archive.add(entry, object.bytes, createReadStream(file));
    rmSync(file);
    return true;
  } catch (error) {
    if (isAtalayaError(error) && error.code === "STORE_OBJECT_MISSING") return false;
    throw error;
  }
}
