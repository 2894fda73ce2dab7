import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errors } from "../errors.js";
import { createExclusively } from "../files/exclusive-file.js";
import { hashBytes, hashingStream } from "./content-hash.js";
import { checkPrefix, checkReference, contentIndexKey, objectKey, referenceOfKey } from "./object-key.js";
import type { ObjectContent, ObjectName, ObjectReference, ObjectStore, Zone } from "./object-store.js";
import { receive } from "./receive.js";

/** Objects as read-only files below a directory. */
export function createDirectoryStore(directory: string): ObjectStore {
  return {
    location: directory,
    put: (zone, name, content) => put(directory, zone, name, content),
    get: (reference) => get(directory, reference),
    download: (reference, path) => download(directory, reference, path),
    has: (reference) => has(directory, reference),
    writtenAt: async (reference) => {
      checkReference(reference);
      return (await stat(join(directory, reference.key)).catch(() => null))?.mtime ?? null;
    },
    remove: async (reference) => {
      checkReference(reference);
      await rm(join(directory, reference.key), { force: true });
    },
    list: (zone, pipeline) => list(directory, zone, pipeline),
  };
}

/** Removes what interrupted writers left, once it is too old to be in use. */
export async function sweepIncoming(directory: string, olderThanMs = 86_400_000): Promise<void> {
  const incoming = join(directory, ".incoming");
  for (const name of await readdir(incoming).catch(() => [])) {
    const facts = await stat(join(incoming, name)).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > olderThanMs) await rm(join(incoming, name), { force: true });
  }
}

async function put(directory: string, zone: Zone, name: ObjectName, content: ObjectContent): Promise<ObjectReference> {
  // The content is copied and hashed at once: a file that changes meanwhile cannot get the hash of another content.
  const temporary = join(directory, ".incoming", randomUUID());
  try {
    await mkdir(dirname(temporary), { recursive: true });
    const facts = await write(content, temporary);
    const key = await chooseKey(directory, zone, name, facts.sha256);
    const path = join(directory, key);
    await mkdir(dirname(path), { recursive: true });
    await linkOnce(temporary, path);
    return { zone, key, ...facts };
  } catch (error) {
    throw explainWrite(error, directory);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function explainWrite(error: unknown, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return errors.OBJECT_DISK_FULL({ directory }, error);
  const isRefused = code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR";
  return isRefused ? errors.HOME_NOT_WRITABLE({ directory, because: message }, error) : error;
}

async function write(content: ObjectContent, path: string): Promise<{ sha256: string; bytes: number }> {
  const hashing = hashingStream();
  const source =
    content instanceof Uint8Array ? Readable.from([content]) : createReadStream(content.path, { highWaterMark: 1 << 20 });
  await pipeline(source, hashing, createWriteStream(path, { flags: "wx", mode: 0o444, flush: true }));
  return hashing.facts();
}

/** Of several writers of one content, the first note decides the key for all. */
async function chooseKey(directory: string, zone: Zone, name: ObjectName, sha256: string): Promise<string> {
  const key = objectKey(zone, name, sha256);
  if (name.at === undefined) return key;
  const note = join(directory, contentIndexKey(zone, name, sha256));
  await mkdir(dirname(note), { recursive: true });
  if (await createExclusively(note, key)) return key;
  const first = await readFile(note, "utf8");
  checkReference({ zone, key: first, sha256, bytes: 0 });
  return first;
}

/** link(2) fails when the name exists, which rename(2) would overwrite. */
async function linkOnce(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Without it the name may be lost when the power fails. Windows cannot, and does not need it. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function get(directory: string, reference: ObjectReference): Promise<Uint8Array> {
  checkReference(reference);
  const bytes = await readFile(join(directory, reference.key)).catch((error) => {
    throw translate(error, reference);
  });
  const found = hashBytes(bytes);
  if (found !== reference.sha256) throw errors.OBJECT_CORRUPT({ object: reference.key, expected: reference.sha256, found });
  return bytes;
}

async function download(directory: string, reference: ObjectReference, path: string): Promise<void> {
  checkReference(reference);
  const read = () => createReadStream(join(directory, reference.key), { highWaterMark: 1 << 20 });
  await receive(read, reference, path).catch((error) => {
    throw translate(error, reference);
  });
}

function translate(error: unknown, reference: ObjectReference): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  return code === "ENOENT" && path?.endsWith(reference.key) ? errors.OBJECT_MISSING({ object: reference.key }, error) : error;
}

async function has(directory: string, reference: ObjectReference): Promise<boolean> {
  checkReference(reference);
  const facts = await stat(join(directory, reference.key)).catch(() => null);
  return facts?.isFile() === true && facts.size === reference.bytes;
}

async function* list(directory: string, zone: Zone, pipelineName?: string): AsyncIterable<ObjectReference> {
  checkPrefix(pipelineName);
  yield* walk(directory, zone, pipelineName === undefined ? zone : `${zone}/${pipelineName}`);
}

async function* walk(directory: string, zone: Zone, prefix: string): AsyncIterable<ObjectReference> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true }).catch(() => []);
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const key = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(directory, zone, key);
    const facts = entry.isFile() ? await stat(join(directory, key)) : null;
    const reference = facts && referenceOfKey(zone, key, facts.size);
    if (reference) yield reference;
  }
}
