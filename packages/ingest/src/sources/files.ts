import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { SourceDefinition } from "@atalaya/define";
import { errors } from "../errors.js";
import { filePath, isSkippedName, sourceIdentity } from "./address.js";
import { type RawBatch, type SourceContext, systemClock } from "./raw-batch.js";

interface FoundFile {
  /** Below the folder, with `/`. */
  readonly cursor: string;
  readonly path: string;
  readonly changedMs: number;
}

async function filesBelow(folder: string, prefix: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (isSkippedName(entry.name)) continue;
    const path = join(folder, entry.name);
    const cursor = `${prefix}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(path, `${cursor}/`)));
    else {
      const facts = await stat(path).catch(() => null);
      if (facts?.isFile()) found.push({ cursor, path, changedMs: facts.mtimeMs });
    }
  }
  return found;
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** @throws INGEST_FILE_NOT_FOUND, INGEST_SOURCE_EMPTY */
async function listFiles(root: string): Promise<FoundFile[]> {
  const facts = await stat(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") throw errors.FILE_NOT_FOUND({ file: root }, error);
    throw errors.FILE_UNREADABLE({ file: root, because: error.code ?? error.message }, error);
  });
  if (!facts.isDirectory()) return [{ cursor: basename(root), path: root, changedMs: facts.mtimeMs }];
  const files = await filesBelow(root, "");
  if (files.length === 0) throw errors.SOURCE_EMPTY({ folder: root });
  return files.sort((left, right) => (left.cursor < right.cursor ? -1 : 1));
}

/**
 * Files of a local folder, and of the folders in it, in the order of their names; or one file. A file whose content was taken
 * before, under whatever name, is skipped.
 *
 * @throws INGEST_FILE_NOT_FOUND, INGEST_FILE_UNREADABLE, INGEST_SOURCE_EMPTY, INGEST_SOURCE_ADDRESS
 */
export async function* fileBatches(
  source: Extract<SourceDefinition, { kind: "files" }>,
  context: SourceContext,
): AsyncGenerator<RawBatch> {
  const address = context.address(source.url.setting);
  const root = filePath(source, address);
  const identity = sourceIdentity(source, address);
  const clock = context.clock ?? systemClock;
  const oldest = source.lastMs === null ? Number.NEGATIVE_INFINITY : clock.now().getTime() - source.lastMs;
  const given = new Set<string>();
  for (const { cursor, path, changedMs } of await listFiles(root)) {
    context.signal.throwIfAborted();
    if (changedMs < oldest) continue;
    const sha256 = await hashOf(path, context.signal);
    if (given.has(sha256) || (await context.known(sha256))) {
      context.onNote?.(`${cursor}: its content was taken before, skipped`);
      continue;
    }
    given.add(sha256);
    const receivedAt = clock.now();
    yield {
      identity: `${identity}#${cursor}#${sha256}`,
      source: identity,
      cursor,
      sha256,
      name: cursor,
      path,
      format: source.format,
      receivedAt,
    };
  }
}
