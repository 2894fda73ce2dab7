import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openStore, type RowMark, type RowPage, type RowQuery, type Store } from "../index.js";

const { signal } = new AbortController();
let home: string;
let store: Store;
let client: pg.Client;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-rows-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  client = new pg.Client({ connectionString: store.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.close();
  rmSync(home, { recursive: true });
});
beforeEach(async () => {
  await client.query("drop table if exists sales");
  await client.query("create table sales (id bigint, price numeric, sold boolean, note text, changed timestamptz)");
});

const SALES = { query: "select * from sales", watermark: "changed", key: ["id"], lateByMs: 0 };

async function page(after: RowMark | null, most: number, query: Partial<RowQuery> = {}): Promise<RowPage & { lines: string[] }> {
  const path = join(home, "page.csv");
  const found = await store.remote.rows(store.databaseUrl, { ...SALES, ...query, after, most }, path, signal);
  return { ...found, lines: readFileSync(path, "utf8").trimEnd().split("\n").slice(1) };
}

/** Every page until there is no more; the ids by page. */
async function pages(most: number, from: RowMark | null = null, query: Partial<RowQuery> = {}): Promise<string[][]> {
  const ids: string[][] = [];
  for (let after = from; ; ) {
    const { lines, mark, isLast } = await page(after, most, query);
    if (mark === null) return ids;
    ids.push(lines.map((line) => line.split(",")[0] ?? ""));
    if (isLast) return ids;
    after = mark;
  }
}

test("rows with equal watermarks are neither lost nor doubled, wherever a page ends", async () => {
  await client.query(
    "insert into sales select i, 1, true, '', timestamptz '2026-01-01' + (i / 5) * interval '1 microsecond' from generate_series(0, 20) i",
  );
  const all = Array.from({ length: 21 }, (_, id) => String(id));
  for (const most of [1, 3, 7, 20, 21, 22]) expect([most, (await pages(most)).flat()]).toEqual([most, all]);
  expect(await pages(11)).toHaveLength(2);
});

test("a later look goes on behind the mark: new rows, changed rows, and nothing twice", async () => {
  await client.query("insert into sales select i, 1, true, '', timestamptz '2026-01-01' from generate_series(0, 4) i");
  const first = await page(null, 100);
  expect([first.rows, first.isLast]).toEqual([5, true]);
  expect((await page(first.mark, 100)).mark).toBeNull();
  await client.query("insert into sales values (9, 1, true, '', '2026-01-01'), (5, 1, true, '', '2026-01-02')");
  await client.query("update sales set price = 2, changed = '2026-01-03' where id = 0");
  expect(await pages(100, first.mark)).toEqual([["9", "5", "0"]]);
});

test("rows wait for a transaction that is still open, and for the time that rows may be late", async () => {
  const writer = new pg.Client({ connectionString: store.databaseUrl });
  await writer.connect();
  try {
    await client.query("insert into sales values (1, 1, true, '', now() - interval '1 hour')");
    // It has not written yet, and its now() is when it began.
    await writer.query("begin");
    await writer.query("select count(*) from sales");
    await client.query("insert into sales values (3, 1, true, '', now())");
    const first = await page(null, 100);
    expect(first.lines.map((line) => line[0])).toEqual(["1"]);
    await writer.query("insert into sales values (2, 1, true, '', now())");
    expect((await page(first.mark, 100)).mark).toBeNull();
    await writer.query("commit");
    expect(await pages(100, first.mark)).toEqual([["2", "3"]]);
    expect(await pages(100, null, { lateByMs: 600_000 })).toEqual([["1"]]);
  } finally {
    await writer.end();
  }
});

test("values come as PostgreSQL writes them, in one line of CSV each or quoted", async () => {
  const note = 'Añejo, "12"\nyears';
  await client.query("insert into sales values (9007199254740993, 1.10, false, $1, '2026-01-01 10:00:00.123456+02')", [note]);
  await client.query("insert into sales values (2, null, true, null, '2026-01-02')");
  await page(null, 10);
  expect(readFileSync(join(home, "page.csv"), "utf8")).toBe(
    'id,price,sold,note,changed\n9007199254740993,1.10,false,"Añejo, ""12""\nyears",2026-01-01 08:00:00.123456+00\n2,,true,,2026-01-02 00:00:00+00\n',
  );
});

test("a number may be the watermark; of days, only those that are over are taken", async () => {
  await client.query("insert into sales select i, 1, true, '', now() from generate_series(8, 12) i");
  expect(await pages(2, null, { watermark: "id", key: [] })).toEqual([["8", "9"], ["10", "11"], ["12"]]);
  const days = { query: "select id, current_date - id::int + 10 as day from sales", watermark: "day" };
  expect((await pages(10, null, days)).flat().sort()).toEqual(["11", "12"]);
});

test("rows that no mark tells apart are an error with a cure, and rows without a mark are counted", async () => {
  await client.query("insert into sales values (1, 1, true, '', '2026-01-01'), (1, 2, true, '', '2026-01-01')");
  await expect(page(null, 1)).rejects.toMatchObject({ code: "STORE_REMOTE_KEY", hint: expect.stringContaining("`key`") });
  await client.query("delete from sales where price = 2");
  await client.query("insert into sales values (5, 1, true, '', null), (null, 1, true, '', '2026-01-01')");
  expect(await page(null, 10)).toMatchObject({ rows: 1, withoutMark: 2 });
});

test("what cannot work is named: a column, the SQL, the address, the server", async () => {
  await expect(page(null, 1, { key: ["ide"] })).rejects.toMatchObject({
    code: "STORE_REMOTE_COLUMN",
    message: expect.stringMatching(/"ide".*id, price/),
  });
  await expect(page(null, 1, { query: "select * from nothing" })).rejects.toMatchObject({
    code: "STORE_REMOTE_REFUSED",
    message: expect.stringContaining('"nothing" does not exist'),
  });
  await expect(page(null, 1, { query: "delete from sales returning *" })).rejects.toMatchObject({ code: "STORE_REMOTE_REFUSED" });
  const read = (address: string) => store.remote.rows(address, { ...SALES, after: null, most: 1 }, join(home, "x"), signal);
  await expect(read("mysql://db")).rejects.toMatchObject({ code: "STORE_REMOTE_ADDRESS" });
  await expect(read("postgresql://me:hush@127.0.0.1:1/sales")).rejects.toMatchObject({
    code: "STORE_REMOTE_UNREACHABLE",
    message: expect.not.stringContaining("hush"),
  });
});

test("a read that is stopped ends with the reason of the signal", async () => {
  const stop = new AbortController();
  const slow = { ...SALES, query: "select id, changed from sales, pg_sleep(30)", after: null, most: 1 };
  await client.query("insert into sales values (1, 1, true, '', '2026-01-01')");
  const reading = store.remote.rows(store.databaseUrl, slow, join(home, "x"), stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 300);
  await expect(reading).rejects.toThrow("enough");
});
