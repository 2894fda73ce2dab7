import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { files, postgresRows, setting } from "@atalaya/define";
import { expect, test } from "vitest";
import { sourceIdentity } from "./address.js";
import { openSource } from "./open-source.js";
import type { SourceContext } from "./raw-batch.js";
import type { RemoteObject, RemotePlaces, RemoteRowsQuery } from "./remote-places.js";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A bucket in memory behind the port. */
class MemoryBucket {
  readonly objects = new Map<string, string>();
  readonly fetched: string[] = [];
  readonly #known = new Map<string, string>();

  readonly places: RemotePlaces = {
    bucket: () => Promise.resolve(this),
    rows: () => Promise.reject(new Error("no rows")),
  };

  async *list(prefix: string): AsyncGenerator<RemoteObject> {
    for (const [key, text] of [...this.objects].sort()) {
      if (!key.startsWith(prefix)) continue;
      yield { key, etag: hash(text).slice(0, 8), bytes: text.length, changedAt: new Date("2026-11-20") };
    }
  }

  async download({ key, etag }: RemoteObject, path: string): Promise<string | null> {
    const text = this.objects.get(key);
    this.fetched.push(key);
    if (text === undefined || hash(text).slice(0, 8) !== etag) return null;
    await writeFile(path, text);
    this.#known.set(`${key}@${etag}`, hash(text));
    return hash(text);
  }

  known({ key, etag }: RemoteObject): string | null {
    return this.#known.get(`${key}@${etag}`) ?? null;
  }
}

interface Taken {
  readonly cursor: string;
  readonly text: string;
}

/** Takes what a source gives, as a run does, and remembers it. */
class Taker {
  readonly cursors = new Set<string>();
  readonly hashes = new Set<string>();
  readonly notes: string[] = [];
  last: string | null = null;

  constructor(
    readonly address: string,
    readonly remote: RemotePlaces,
  ) {}

  async take(source: ReturnType<typeof files>, most = 100): Promise<Taken[]> {
    const context: SourceContext = {
      address: () => this.address,
      signal: new AbortController().signal,
      known: (sha256) => this.hashes.has(sha256),
      knownCursor: (cursor) => this.cursors.has(cursor),
      after: this.last,
      onNote: (text) => this.notes.push(text),
      remote: this.remote,
      clock: { now: () => new Date("2026-11-21"), sleep: () => Promise.resolve(), random: () => 0 },
    };
    const taken: Taken[] = [];
    for await (const { cursor, sha256, path } of openSource(source.definition, context)) {
      taken.push({ cursor, text: readFileSync(path ?? "", "utf8") });
      this.cursors.add(cursor);
      this.hashes.add(sha256);
      this.last = cursor;
      if (taken.length === most) break;
    }
    return taken;
  }
}

const lake = files(setting.url("LAKE"));

test("objects below a prefix are batches by key and ETag: what was kept is not fetched again, what was replaced is", async () => {
  const bucket = new MemoryBucket();
  for (const key of ["lake/b.csv", "lake/a.csv", "lake/.hidden", "lake/deep/", "lake/_tmp/x.csv", "lake/x.csv.part"])
    bucket.objects.set(key, key);
  const taker = new Taker("s3://events/lake/", bucket.places);
  expect((await taker.take(lake)).map(({ text }) => text)).toEqual(["lake/a.csv", "lake/b.csv"]);
  bucket.fetched.length = 0;
  expect([await taker.take(lake), bucket.fetched]).toEqual([[], []]);
  bucket.objects.set("lake/a.csv", "new");
  bucket.objects.set("lake/0.csv", "late, but first by name");
  expect((await taker.take(lake)).map(({ cursor }) => cursor.split("@")[0])).toEqual(["0.csv", "a.csv"]);
});

test("a copy of known content is skipped, and fetched once only", async () => {
  const bucket = new MemoryBucket();
  bucket.objects.set("lake/a.csv", "same").set("lake/b.csv", "same");
  const taker = new Taker("s3://events/lake", bucket.places);
  expect(await taker.take(lake)).toHaveLength(1);
  await taker.take(lake);
  expect([bucket.fetched, taker.notes]).toEqual([["lake/a.csv", "lake/b.csv"], ["b.csv: its content was taken before, skipped"]]);
});

test("an empty prefix is an error that names it, and an address is told apart by prefix, never by its keys", async () => {
  const taker = new Taker("s3://key:hush@events/lake", new MemoryBucket().places);
  await expect(taker.take(lake)).rejects.toMatchObject({
    code: "INGEST_SOURCE_EMPTY",
    message: expect.stringMatching(/^s3:\/\/events\/lake holds no file/),
  });
  expect(sourceIdentity(lake.definition, "s3://key:hush@events/lake/")).toBe("files:s3://events/lake");
  expect(sourceIdentity(files(setting.url("LAKE"), { under: "2026" }).definition, "s3://events/lake")).toBe(
    "files:s3://events/lake#2026",
  );
});

const sales = postgresRows(setting.url("SALES"), { query: "select * from sales;", watermark: "at", key: ["id"], batchRows: 2 });

/** Rows 0 … of which five are there at first; marks are their numbers. */
function rowsPort(asked: RemoteRowsQuery[], rows: { count: number }): RemotePlaces {
  return {
    bucket: () => Promise.reject(new Error("no bucket")),
    async rows(_address, query, path) {
      asked.push(query);
      const start = query.after === null ? 0 : Number(query.after.watermark) + 1;
      const end = Math.min(rows.count, start + query.most);
      await writeFile(path, `id\n${Array.from({ length: end - start }, (_, row) => start + row).join("\n")}\n`);
      const mark = end > start ? { watermark: String(end - 1), key: [`k${end - 1}`] } : null;
      return {
        rows: end - start,
        mark,
        isLast: end === rows.count,
        withoutMark: query.after === null ? 3 : 0,
        heldBackSince: null,
      };
    },
  };
}

test("rows go on behind the mark of the batch that was kept last, also in another process", async () => {
  const asked: RemoteRowsQuery[] = [];
  const rows = { count: 5 };
  const taker = new Taker("postgresql://me:hush@db:5432/shop", rowsPort(asked, rows));
  expect(await taker.take(sales, 2)).toEqual([
    { cursor: '1:["1","k1"]', text: "id\n0\n1\n" },
    { cursor: '2:["3","k3"]', text: "id\n2\n3\n" },
  ]);
  rows.count = 6;
  expect((await taker.take(sales)).map(({ cursor, text }) => [cursor, text])).toEqual([['3:["5","k5"]', "id\n4\n5\n"]]);
  expect(await taker.take(sales)).toEqual([]);
  expect(asked[0]).toEqual({ query: "select * from sales", watermark: "at", key: ["id"], after: null, most: 2, lateByMs: 0 });
  expect(taker.notes).toEqual(["SALES: 3 rows have no at or id and are not taken"]);
});

test("another query is another source; a cursor of somebody else is an error with a cure", async () => {
  const address = "postgresql://me:hush@db:5432/shop";
  const identity = sourceIdentity(sales.definition, address);
  expect(identity).toMatch(/^postgresRows:db:5432\/shop#[0-9a-f]{16}$/);
  const other = postgresRows(setting.url("SALES"), {
    query: "select * from sales where price > 0",
    watermark: "at",
    key: ["id"],
  });
  expect(sourceIdentity(other.definition, address)).not.toBe(identity);
  const taker = new Taker(address, rowsPort([], { count: 1 }));
  taker.last = "7";
  await expect(taker.take(sales)).rejects.toMatchObject({ code: "INGEST_SOURCE_CURSOR", hint: expect.stringMatching(/./) });
});

test("without a port to buckets and databases the error says who has one", async () => {
  const context = {
    address: () => "s3://events/lake",
    signal: new AbortController().signal,
    known: () => false,
  };
  const take = async (): Promise<void> => {
    for await (const _ of openSource(lake.definition, context)) throw new Error("a batch");
  };
  await expect(take()).rejects.toMatchObject({ code: "INGEST_SOURCE_REMOTE", hint: expect.stringContaining("atalaya run") });
});
