import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceDefinition } from "@atalaya/define";
import { errors } from "../errors.js";
import { isSkippedName, sourceIdentity } from "./address.js";
import { type RawBatch, type SourceContext, systemClock } from "./raw-batch.js";
import type { RemoteObject, RemoteObjects } from "./remote-places.js";

type FilesSource = Extract<SourceDefinition, { kind: "files" }>;

/** The part of the address behind the bucket, and the folder below it; without a slash at the end. */
function prefixOf({ under }: FilesSource, address: string): string {
  const path = decodeURIComponent(new URL(address).pathname).replace(/^\/+/, "");
  return [path, under ?? ""]
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part !== "")
    .join("/");
}

/** Key below the prefix; the last part of the key when the prefix is the object itself. */
function nameBelow(prefix: string, key: string): string {
  return key === prefix ? key.slice(key.lastIndexOf("/") + 1) : key.slice(prefix === "" ? 0 : prefix.length + 1);
}

/**
 * Objects below a prefix of a bucket, in the order of their keys. An object that was kept is known by key and ETag and is not
 * fetched again; one that was written anew under its key is another batch; a copy of known content is skipped.
 *
 * Cost of a look at a prefix without news: its listing, a thousand objects a request.
 *
 * @throws INGEST_SOURCE_REMOTE, INGEST_SOURCE_EMPTY, STORE_REMOTE_*
 */
export async function* bucketFiles(source: FilesSource, context: SourceContext): AsyncGenerator<RawBatch> {
  const address = context.address(source.url.setting);
  if (context.remote === undefined) throw errors.SOURCE_REMOTE({ setting: source.url.setting });
  const bucket = await context.remote.bucket(address);
  const prefix = prefixOf(source, address);
  const identity = sourceIdentity(source, address);
  const clock = context.clock ?? systemClock;
  const oldest = source.lastMs === null ? Number.NEGATIVE_INFINITY : clock.now().getTime() - source.lastMs;
  const given = new Set<string>();
  let found = 0;
  for await (const object of bucket.list(prefix, context.signal)) {
    context.signal.throwIfAborted();
    const name = nameBelow(prefix, object.key);
    if (object.key.endsWith("/") || name.split("/").some(isSkippedName)) continue;
    found++;
    const cursor = `${name}@${object.etag}`;
    if (object.changedAt.getTime() < oldest || context.knownCursor?.(cursor) === true) continue;
    const isKnown = async (sha256: string): Promise<boolean> => given.has(sha256) || (await context.known(sha256));
    const before = bucket.known(object);
    if (before !== null && (await isKnown(before))) continue;
    yield* inFile(bucket, object, context.signal, async function* (sha256, path) {
      if (sha256 === null) return context.onNote?.(`${name}: it was replaced while it was fetched; the next look takes it`);
      if (await isKnown(sha256)) return context.onNote?.(`${name}: its content was taken before, skipped`);
      given.add(sha256);
      const about = { source: identity, cursor, sha256, name, path, format: source.format, receivedAt: clock.now() };
      yield { identity: `${identity}#${cursor}#${sha256}`, ...about };
    });
  }
  if (found === 0) throw errors.SOURCE_EMPTY({ folder: identity.replace(/^files:/, "") });
}

/** Fetches an object for as long as its batch is being looked at. */
async function* inFile(
  bucket: RemoteObjects,
  object: RemoteObject,
  signal: AbortSignal,
  work: (sha256: string | null, path: string) => AsyncGenerator<RawBatch, void>,
): AsyncGenerator<RawBatch> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-source-"));
  try {
    const path = join(folder, "object");
    yield* work(await bucket.download(object, path, signal), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
