import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type S3Server, startS3Server } from "../test/s3-server.js";
import { openBucket } from "./bucket.js";
import { type BucketObject, parseBucketAddress, type RemoteBucket } from "./bucket-address.js";

const { signal } = new AbortController();
const settings = (endpoint: string) => ({
  endpoint,
  accessKey: "key",
  secretKey: "secret",
  region: "us-east-1",
  buckets: { raw: "atalaya", silver: "atalaya", models: "atalaya", eval: "atalaya" },
});

let server: S3Server;
let bucket: RemoteBucket;
let folder: string;
beforeEach(async () => {
  server = await startS3Server();
  const objects = ["2026/a.csv", "2026/b.csv", "2026/deep/c.csv", "2026-old/d.csv", "single.csv"];
  server.buckets.set("events", new Map(objects.map((key) => [key, { bytes: Buffer.from(`id\n${key}\n`), metadata: {} }])));
  bucket = openBucket(parseBucketAddress("s3://events/2026", settings(server.url)), 1);
  folder = await mkdtemp(join(tmpdir(), "atalaya-test-"));
});
afterEach(async () => {
  bucket.close();
  await server.close();
  await rm(folder, { recursive: true });
});

async function list(prefix: string): Promise<BucketObject[]> {
  const found: BucketObject[] = [];
  for await (const object of bucket.list(prefix, signal)) found.push(object);
  return found;
}

test("a prefix is a folder or an object, over several pages of the listing", async () => {
  const keysOf = async (prefix: string): Promise<string[]> => (await list(prefix)).map(({ key }) => key);
  expect(await keysOf("2026")).toEqual(["2026/a.csv", "2026/b.csv", "2026/deep/c.csv"]);
  expect(await keysOf("single.csv")).toEqual(["single.csv"]);
  expect(await keysOf("")).toHaveLength(5);
  expect(await keysOf("20")).toEqual([]);
  expect((await list("single.csv"))[0]).toMatchObject({ etag: expect.stringMatching(/^[0-9a-f]{32}$/), bytes: 14 });
});

test("failures on the way and half bodies are repeated, and nothing half is left behind", async () => {
  const [object] = await list("single.csv");
  const path = join(folder, "object");
  server.faults.push(503, "cut");
  const sha256 = await bucket.download(object!, path, signal);
  expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["id\nsingle.csv\n", ["object"]]);
  expect([bucket.known(object!), server.faults]).toEqual([sha256, []]);
});

test("an object that was replaced or removed since the listing is not taken for the one that was listed", async () => {
  const [a, b] = await list("2026");
  server.buckets.get("events")?.set("2026/a.csv", { bytes: Buffer.from("other"), metadata: {} });
  server.buckets.get("events")?.delete("2026/b.csv");
  expect(await bucket.download(a!, join(folder, "a"), signal)).toBeNull();
  expect(await bucket.download(b!, join(folder, "b"), signal)).toBeNull();
});

test("a server that keeps failing is told from one that refuses", async () => {
  server.faults.push(500, 500, 500, 500);
  await expect(list("2026")).rejects.toMatchObject({ code: "STORE_REMOTE_UNREACHABLE", retryable: true });
  server.buckets.delete("events");
  await expect(list("2026")).rejects.toMatchObject({
    code: "STORE_REMOTE_REFUSED",
    message: expect.stringContaining("NoSuchBucket"),
  });
});

test("an address may bring its own server and keys; ours are never sent to another server", () => {
  const own = settings("http://ours:9000");
  expect(parseBucketAddress("s3://events/2026", own)).toMatchObject({ endpoint: "http://ours:9000", accessKey: "key" });
  const other = parseBucketAddress("s3://me:p%40ss@events?endpoint=https://theirs&region=eu-west-1", own);
  expect(other).toMatchObject({ endpoint: "https://theirs", region: "eu-west-1", accessKey: "me", secretKey: "p@ss" });
  expect(other.shown).toBe("s3://events");
  expect(() => parseBucketAddress("s3://events?endpoint=https://theirs", own)).toThrow(/no keys/);
  expect(() => parseBucketAddress("s3://events", null)).toThrow(/no keys/);
  expect(() => parseBucketAddress("s3:///prefix", own)).toThrow(/names no bucket/);
});
