import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAtalayaError } from "@atalaya/errors";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { errors } from "../errors.js";
import { hashingStream } from "../objects/content-hash.js";
import { explain, isWorthRepeating, statusOf, withoutAnswer } from "../objects/s3-answers.js";
import type { BucketObject, BucketPlace, RemoteBucket } from "./bucket-address.js";

const ATTEMPTS = 4;
/** Objects whose hash is remembered, so that copies of one content are not fetched at every look. */
const MOST_REMEMBERED = 10_000;

/** An answer that did not arrive whole. */
class HalfBody extends Error {}

/** Opens a bucket for reading. `firstPauseMs` is the wait before the first of three repetitions; it doubles. */
export function openBucket(place: BucketPlace, firstPauseMs = 200): RemoteBucket {
  const client = new S3Client({
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint, forcePathStyle: true }),
    region: place.region,
    credentials: { accessKeyId: place.accessKey, secretAccessKey: place.secretKey },
    // Repetition is ours: a stream must be opened again for each attempt.
    maxAttempts: 1,
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const inRetries = <Result>(what: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> =>
    repeat(what, firstPauseMs, signal, work);
  const hashes = new Map<string, string>();
  const remember = (object: BucketObject, sha256: string): void => {
    if (hashes.size >= MOST_REMEMBERED) hashes.clear();
    hashes.set(nameOf(object), sha256);
  };
  const { bucket, shown } = place;
  return {
    known: (object) => hashes.get(nameOf(object)) ?? null,
    close: () => client.destroy(),
    async *list(prefix, signal) {
      for (let token: string | undefined; ; ) {
        const page = await inRetries(`${shown}/${prefix}`, signal, () =>
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }), {
            abortSignal: signal,
          }),
        );
        for (const { Key: key, ETag: etag, Size: bytes, LastModified: changedAt } of page.Contents ?? []) {
          if (key === undefined || !isBelow(prefix, key)) continue;
          yield { key, etag: (etag ?? "").replaceAll('"', ""), bytes: bytes ?? 0, changedAt: changedAt ?? new Date(0) };
        }
        token = page.NextContinuationToken;
        if (token === undefined) return;
      }
    },
    async download(object, path, signal) {
      const sha256 = await inRetries(`${shown}/${object.key}`, signal, () => fetchObject(client, bucket, object, path, signal));
      if (sha256 !== null) remember(object, sha256);
      return sha256;
    },
  };
}

function nameOf({ key, etag }: BucketObject): string {
  return `${etag}/${key}`;
}

/** A prefix is a folder: `events` does not mean `events-of-last-year/…`. */
function isBelow(prefix: string, key: string): boolean {
  return prefix === "" || prefix.endsWith("/") || key === prefix || key.startsWith(`${prefix}/`);
}

async function fetchObject(
  client: S3Client,
  bucket: string,
  { key, etag, bytes }: BucketObject,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const temporary = `${path}.part`;
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag === "" ? {} : { IfMatch: `"${etag}"` }) });
    const { Body } = await client.send(command, { abortSignal: signal });
    const hashing = hashingStream();
    await pipeline(Body instanceof Readable ? Body : Readable.from([]), hashing, createWriteStream(temporary), { signal });
    const facts = hashing.facts();
    if (facts.bytes !== bytes) throw new HalfBody(`${facts.bytes} of ${bytes} bytes arrived`);
    await rename(temporary, path);
    return facts.sha256;
  } catch (error) {
    const status = statusOf(error);
    if (status === 412 || status === 404) return null;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function repeat<Result>(
  place: string,
  firstPauseMs: number,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (isAtalayaError(error)) throw error;
      const because = explain(withoutAnswer(error));
      if (!isWorthRepeating(error)) throw errors.REMOTE_REFUSED({ place, because }, error);
      if (attempt === ATTEMPTS) throw errors.REMOTE_UNREACHABLE({ place, attempts: ATTEMPTS, because }, error);
      await sleep(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}
