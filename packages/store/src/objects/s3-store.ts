import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Settings } from "@atalaya/settings";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { errors } from "../errors.js";
import { type ContentFacts, hashBytes, hashContent } from "./content-hash.js";
import { checkPrefix, checkReference, contentIndexKey, objectKey, referenceOfKey } from "./object-key.js";
import type { ObjectContent, ObjectName, ObjectReference, ObjectStore, Zone } from "./object-store.js";
import { receive } from "./receive.js";
import { explain, isNamed, isRefused, isWorthRepeating, statusOf, withoutAnswer } from "./s3-answers.js";

const attempts = 4;

interface Connection {
  readonly client: S3Client;
  readonly buckets: Readonly<Record<Zone, string>>;
  readonly firstPauseMs: number;
}

export interface S3Store extends ObjectStore {
  close(): void;
}

/** Objects on an S3 server, path style. `firstPauseMs` is the wait before the first of three repetitions; it doubles. */
export function createS3Store(settings: S3Settings, firstPauseMs = 200): S3Store {
  const client = new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    credentials: { accessKeyId: settings.accessKey, secretAccessKey: settings.secretKey },
    forcePathStyle: true,
    // Repetition is ours: a stream must be opened again for each attempt.
    maxAttempts: 1,
    // The newer checksum headers are unknown to many servers; we compare SHA-256 ourselves.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const connection: Connection = { client, buckets: settings.buckets, firstPauseMs };
  return {
    location: `${settings.endpoint} (${[...new Set(Object.values(settings.buckets))].join(", ")})`,
    put: (zone, name, content) => put(connection, zone, name, content),
    get: (reference) => get(connection, reference),
    download: (reference, path) => download(connection, reference, path),
    has: (reference) => has(connection, reference),
    writtenAt: (reference) => writtenAt(connection, reference),
    remove: (reference) => remove(connection, reference),
    list: (zone, pipeline) => list(connection, zone, pipeline),
    close: () => client.destroy(),
  };
}

async function put(connection: Connection, zone: Zone, name: ObjectName, content: ObjectContent): Promise<ObjectReference> {
  const facts = await hashContent(content);
  const wanted = objectKey(zone, name, facts.sha256);
  const key = name.at === undefined ? wanted : await chooseKey(connection, zone, name, facts.sha256, wanted);
  await putOnce(connection, zone, key, content, facts);
  return { zone, key, ...facts };
}

/** Of several writers of one content, the first note decides the key for all. */
async function chooseKey(connection: Connection, zone: Zone, name: ObjectName, sha256: string, wanted: string): Promise<string> {
  const note = contentIndexKey(zone, name, sha256);
  const text = Buffer.from(wanted);
  if (await putOnce(connection, zone, note, text, await hashContent(text))) return wanted;
  const first = await inRetries(connection, note, async () => {
    const answer = await connection.client.send(new GetObjectCommand({ Bucket: connection.buckets[zone], Key: note }));
    return (await answer.Body?.transformToString()) ?? "";
  });
  checkReference({ zone, key: first, sha256, bytes: 0 });
  return first;
}

/** False when the key was there already: its name holds its hash, so it has the same content. */
function putOnce(connection: Connection, zone: Zone, key: string, content: ObjectContent, facts: ContentFacts): Promise<boolean> {
  const bucket = connection.buckets[zone];
  const send = async (): Promise<boolean> => {
    try {
      await connection.client.send(putCommand(bucket, key, content, facts));
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw error;
    }
  };
  return inRetries(connection, key, async () => {
    try {
      return await send();
    } catch (error) {
      if (!isNamed(error, "NoSuchBucket")) throw error;
      await createBucket(connection, bucket);
      return send();
    }
  });
}

function putCommand(bucket: string, key: string, content: ObjectContent, { sha256, bytes }: ContentFacts): PutObjectCommand {
  const body = content instanceof Uint8Array ? content : createReadStream(content.path, { highWaterMark: 1 << 20 });
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentLength: bytes,
    IfNoneMatch: "*",
    Metadata: { sha256 },
  });
  // With the hash in the signature the server refuses other bytes, and the client need not read the file once more.
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request?: { headers?: Record<string, string> } };
      if (request?.headers) request.headers["x-amz-content-sha256"] = sha256;
      return next(args);
    },
    { step: "build", name: "payloadHash" },
  );
  return command;
}

async function createBucket({ client }: Connection, bucket: string): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!isNamed(error, "BucketAlreadyOwnedByYou") && !isNamed(error, "BucketAlreadyExists")) throw error;
  }
}

async function get(connection: Connection, reference: ObjectReference): Promise<Uint8Array> {
  checkReference(reference);
  const bytes = await inRetries(connection, reference.key, async () => {
    const answer = await connection.client.send(getCommand(connection, reference));
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  });
  const found = hashBytes(bytes);
  if (found !== reference.sha256) throw errors.OBJECT_CORRUPT({ object: reference.key, expected: reference.sha256, found });
  return bytes;
}

async function download(connection: Connection, reference: ObjectReference, path: string): Promise<void> {
  checkReference(reference);
  const read = async () => {
    const { Body } = await connection.client.send(getCommand(connection, reference));
    return Body instanceof Readable ? Body : Readable.from([]);
  };
  await inRetries(connection, reference.key, () => receive(read, reference, path));
}

function getCommand({ buckets }: Connection, { zone, key }: ObjectReference): GetObjectCommand {
  return new GetObjectCommand({ Bucket: buckets[zone], Key: key });
}

async function has(connection: Connection, reference: ObjectReference): Promise<boolean> {
  return (await headOf(connection, reference))?.ContentLength === reference.bytes;
}

async function writtenAt(connection: Connection, reference: ObjectReference): Promise<Date | null> {
  return (await headOf(connection, reference))?.LastModified ?? null;
}

async function headOf({ client, buckets, firstPauseMs }: Connection, reference: ObjectReference) {
  checkReference(reference);
  const { zone, key } = reference;
  return inRetries({ client, buckets, firstPauseMs }, key, async () => {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: buckets[zone], Key: key }));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  });
}

async function remove(connection: Connection, reference: ObjectReference): Promise<void> {
  checkReference(reference);
  const { zone, key } = reference;
  await inRetries(connection, key, () =>
    connection.client.send(new DeleteObjectCommand({ Bucket: connection.buckets[zone], Key: key })),
  );
}

async function* list(connection: Connection, zone: Zone, pipeline?: string): AsyncIterable<ObjectReference> {
  checkPrefix(pipeline);
  const prefix = pipeline === undefined ? `${zone}/` : `${zone}/${pipeline}/`;
  let token: string | undefined;
  do {
    const page = await inRetries(connection, prefix, () => listPage(connection, zone, prefix, token));
    for (const { Key: key, Size: bytes } of page?.Contents ?? []) {
      const reference = key === undefined ? null : referenceOfKey(zone, key, bytes ?? 0);
      if (reference !== null) yield reference;
    }
    token = page?.NextContinuationToken;
  } while (token !== undefined);
}

async function listPage({ client, buckets }: Connection, zone: Zone, prefix: string, token: string | undefined) {
  try {
    return await client.send(
      new ListObjectsV2Command({ Bucket: buckets[zone], Prefix: prefix, ...(token && { ContinuationToken: token }) }),
    );
  } catch (error) {
    if (isNamed(error, "NoSuchBucket")) return null;
    throw error;
  }
}

/** Repeats what failed on the way or inside the server; says what is missing, and what failed for good. */
async function inRetries<Result>({ firstPauseMs }: Connection, object: string, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && error.name === "AtalayaError") throw error;
      withoutAnswer(error);
      if (statusOf(error) === 404) throw errors.OBJECT_MISSING({ object }, error);
      const because = explain(error);
      if (isRefused(error)) throw errors.OBJECT_STORE_REFUSED({ object, because }, error);
      if (!isWorthRepeating(error) || attempt === attempts) throw errors.OBJECT_STORE_FAILED({ object, because }, error);
      await sleep(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}
