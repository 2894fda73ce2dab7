import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type S3Server, startS3Server } from "../test/s3-server.js";
import { hashBytes } from "./content-hash.js";
import { createDirectoryStore, sweepIncoming } from "./directory-store.js";
import type { ObjectReference, ObjectStore } from "./object-store.js";
import { createS3Store, type S3Store } from "./s3-store.js";

let directory: string;
let server: S3Server;
let s3: S3Store;

beforeAll(async () => {
  server = await startS3Server();
  return () => server.close();
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "atalaya-objects-"));
  server.buckets.clear();
  server.requests.length = 0;
  const buckets = { raw: "landing", silver: "atalaya", models: "atalaya", eval: "atalaya" };
  s3 = createS3Store({ endpoint: server.url, accessKey: "key", secretKey: "secret", region: "us-east-1", buckets }, 1);
});

afterEach(() => {
  s3.close();
  rmSync(directory, { recursive: true, force: true });
});

afterAll(() => expect(server.faults).toEqual([]));

const bytes = Buffer.from("price,bed\n500000,3\n");
const morning = { pipeline: "house-prices", extension: "csv", at: new Date("2026-11-21T09:30:44.700Z") };
const evening = { ...morning, at: new Date("2026-11-21T19:00:00Z") };
const report = { pipeline: "house-prices", extension: "json", name: "report" };

async function collect(store: ObjectStore, ...range: Parameters<ObjectStore["list"]>): Promise<ObjectReference[]> {
  const found: ObjectReference[] = [];
  for await (const reference of store.list(...range)) found.push(reference);
  return found;
}

function damage(store: "directory" | "s3", reference: ObjectReference): void {
  if (store === "s3") {
    const object = server.buckets.get("landing")?.get(reference.key);
    if (object) object.bytes = Buffer.from("price,bed\n500000,4\n");
    return;
  }
  const path = join(directory, "objects", reference.key);
  chmodSync(path, 0o644);
  writeFileSync(path, "price,bed\n500000,4\n");
}

describe.each(["directory", "s3"] as const)("%s", (kind) => {
  let store: ObjectStore;
  beforeEach(() => {
    store = kind === "s3" ? s3 : createDirectoryStore(join(directory, "objects"));
  });

  test("a key is readable and ends in the hash of the content", async () => {
    const hash = hashBytes(bytes);
    const reference = await store.put("raw", morning, bytes);
    expect(reference).toEqual({
      zone: "raw",
      key: `raw/house-prices/2026/11/21/T093044Z-${hash}.csv`,
      sha256: hash,
      bytes: bytes.length,
    });
    expect((await store.put("eval", report, bytes)).key).toBe(`eval/house-prices/report-${hash}.json`);
    expect(Buffer.from(await store.get(reference))).toEqual(bytes);
  });

  test("the same content later is the first object", async () => {
    const first = await store.put("raw", morning, bytes);
    expect(await store.put("raw", evening, bytes)).toEqual(first);
    expect(await collect(store, "raw")).toEqual([first]);
  });

  test("many writers of one content all get the one object", async () => {
    const references = await Promise.all(
      Array.from({ length: 12 }, (_, index) => store.put("raw", index % 2 ? morning : evening, bytes)),
    );
    expect(new Set(references.map((reference) => reference.key)).size).toBe(1);
    expect(await collect(store, "raw")).toHaveLength(1);
  });

  test("files go in and out as streams", async () => {
    const large = Buffer.alloc(3_000_000, "atalaya");
    writeFileSync(join(directory, "in"), large);
    const reference = await store.put("silver", { ...report, extension: "parquet" }, { path: join(directory, "in") });
    expect(reference.sha256).toBe(hashBytes(large));
    await store.download(reference, join(directory, "new", "out"));
    expect(readFileSync(join(directory, "new", "out")).equals(large)).toBe(true);
    await store.download(reference, join(directory, "new", "out"));
    expect(readdirSync(join(directory, "new"))).toEqual(["out"]);
  });

  test("an empty content is an object as well", async () => {
    const reference = await store.put("raw", morning, new Uint8Array());
    expect(await store.get(reference)).toHaveLength(0);
    expect(await store.has(reference)).toBe(true);
  });

  test("a changed object is refused by name, in memory and as a file", async () => {
    const reference = await store.put("raw", morning, bytes);
    damage(kind, reference);
    const refusal = { code: "STORE_OBJECT_CORRUPT", message: expect.stringContaining(reference.key) };
    await expect(store.get(reference)).rejects.toMatchObject(refusal);
    await expect(store.download(reference, join(directory, "out"))).rejects.toMatchObject(refusal);
    expect(readdirSync(directory).filter((name) => name.startsWith("out"))).toEqual([]);
  });

  test("an object that is not there is said to be missing", async () => {
    const reference = await store.put("raw", morning, bytes);
    const other = { ...reference, key: reference.key.replace("T09", "T10") };
    expect(await store.has(reference)).toBe(true);
    expect(await store.has(other)).toBe(false);
    await expect(store.get(other)).rejects.toMatchObject({ code: "STORE_OBJECT_MISSING" });
    await expect(store.download(other, join(directory, "out"))).rejects.toMatchObject({ code: "STORE_OBJECT_MISSING" });
  });

  test.each([
    "../../etc/passwd",
    "raw/../../etc/passwd",
    "/etc/passwd",
    "raw//x",
    "raw/.content/x",
    "raw/a/..",
    "models/a/b",
    "raw/a\\b/c",
  ])("the key %s reads nothing", async (key) => {
    const reference: ObjectReference = { zone: "raw", key, sha256: hashBytes(bytes), bytes: 1 };
    await expect(store.get(reference)).rejects.toMatchObject({ code: "STORE_OBJECT_NAME_INVALID" });
    await expect(store.has(reference)).rejects.toMatchObject({ code: "STORE_OBJECT_NAME_INVALID" });
  });

  test.each(["..", "a/b", "", ".hidden", "a..b", "with space", "x".repeat(200)])("the name %j is refused", async (pipeline) => {
    await expect(store.put("raw", { ...morning, pipeline }, bytes)).rejects.toMatchObject({ code: "STORE_OBJECT_NAME_INVALID" });
    await expect(store.put("raw", { ...report, name: pipeline }, bytes)).rejects.toMatchObject({
      code: "STORE_OBJECT_NAME_INVALID",
    });
    await expect(collect(store, "raw", pipeline)).rejects.toMatchObject({ code: "STORE_OBJECT_NAME_INVALID" });
  });

  test("an object tells when it was written, and is gone once it is removed", async () => {
    const reference = await store.put("raw", morning, bytes);
    expect(Math.abs(Date.now() - ((await store.writtenAt(reference))?.getTime() ?? 0))).toBeLessThan(60_000);
    await store.remove(reference);
    await store.remove(reference);
    expect(await store.has(reference)).toBe(false);
    expect(await store.writtenAt(reference)).toBeNull();
    expect(await store.has(await store.put("raw", morning, bytes))).toBe(true);
  });

  test("a list has every object of a zone or of a pipeline, in order", async () => {
    const puts = [];
    for (const letter of ["c", "a", "b"]) puts.push(await store.put("eval", { ...report, name: letter }, Buffer.from(letter)));
    puts.push(await store.put("eval", { ...report, pipeline: "other" }, bytes));
    await store.put("models", report, bytes);
    expect(await collect(store, "eval")).toEqual(puts.sort((left, right) => (left.key < right.key ? -1 : 1)));
    expect(await collect(store, "eval", "other")).toHaveLength(1);
    expect(await collect(store, "silver")).toEqual([]);
  });
});

describe("a directory", () => {
  test("objects are read-only and an existing one is never touched", async () => {
    const store = createDirectoryStore(join(directory, "objects"));
    const reference = await store.put("raw", morning, bytes);
    damage("directory", reference);
    await store.put("raw", morning, bytes);
    await expect(store.get(reference)).rejects.toMatchObject({ code: "STORE_OBJECT_CORRUPT" });
    expect(readdirSync(join(directory, "objects", ".incoming"))).toEqual([]);
  });

  test("a directory that cannot be written to is named", async () => {
    writeFileSync(join(directory, "file"), "");
    const refusal = { code: "STORE_HOME_NOT_WRITABLE", message: expect.stringContaining(join(directory, "file")) };
    await expect(createDirectoryStore(join(directory, "file")).put("raw", morning, bytes)).rejects.toMatchObject(refusal);
  });

  test("what interrupted writers left goes after a day", async () => {
    const store = createDirectoryStore(directory);
    await store.put("raw", morning, bytes);
    for (const name of ["old", "new"]) appendFileSync(join(directory, ".incoming", name), "half");
    utimesSync(join(directory, ".incoming", "old"), 0, 0);
    await sweepIncoming(directory);
    expect(readdirSync(join(directory, ".incoming"))).toEqual(["new"]);
  });

  test("a writer that was interrupted between note and object is finished by the next", async () => {
    const store = createDirectoryStore(directory);
    const reference = await store.put("raw", morning, bytes);
    rmSync(join(directory, reference.key));
    expect(await store.put("raw", evening, bytes)).toEqual(reference);
    expect(existsSync(join(directory, reference.key))).toBe(true);
  });
});

describe("an S3 server", () => {
  test("buckets are made on first use, each zone in its own where it has one, and the hash is in the metadata", async () => {
    const raw = await s3.put("raw", morning, bytes);
    await s3.put("models", report, bytes);
    expect([...server.buckets.keys()].sort()).toEqual(["atalaya", "landing"]);
    expect(server.buckets.get("landing")?.get(raw.key)?.metadata).toEqual({ sha256: raw.sha256 });
  });

  test("errors of the server and a cut body are repeated", async () => {
    server.faults.push(500, 503);
    const reference = await s3.put("eval", report, bytes);
    server.faults.push("cut", 500);
    expect(Buffer.from(await s3.get(reference))).toEqual(bytes);
    server.faults.push("cut");
    await s3.download(reference, join(directory, "out"));
    expect(readFileSync(join(directory, "out")).equals(bytes)).toBe(true);
  });

  test("a server that goes on failing, refuses or is away is named with the object", async () => {
    server.faults.push(500, 500, 500, 500);
    await expect(s3.put("eval", report, bytes)).rejects.toMatchObject({ code: "STORE_OBJECT_STORE_FAILED", retryable: true });
    server.faults.push(403);
    await expect(s3.put("eval", report, bytes)).rejects.toMatchObject({ code: "STORE_OBJECT_STORE_REFUSED", retryable: false });
    const buckets = { raw: "a", silver: "a", models: "a", eval: "a" };
    const away = createS3Store({ endpoint: "http://127.0.0.1:9", accessKey: "key", secretKey: "s", region: "r", buckets }, 1);
    await expect(away.put("eval", report, bytes)).rejects.toThrow(/eval\/house-prices\/report.*ECONNREFUSED/);
  });
});
