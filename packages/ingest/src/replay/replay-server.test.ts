import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { type ReplayOptions, type ReplayServer, startReplayServer } from "./replay-server.js";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const CSV = 'price,state,zip,sold\n100.50,PR,00601,\n200,NY,10001,2020-01-02\n300,"a ""b""",,\n400,NY,10002,x\n500,MA,02139,\n';

async function start(text: string, name: string, options: Omit<ReplayOptions, "file"> = {}): Promise<ReplayServer> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-test-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  await writeFile(file, name.endsWith(".gz") ? gzipSync(text) : text);
  const server = await startReplayServer({ file, ...options });
  cleanups.push(() => server.close());
  return server;
}

async function get(server: ReplayServer, query: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.url}${query}`);
  return { status: response.status, body: await response.json() };
}

test("answers the next subset on each request, in file order, then says that there is no more", async () => {
  const server = await start(CSV, "houses.csv", { rows: 2 });
  const query = "?group_number=5&day=Tuesday";
  expect(await get(server, query)).toEqual({
    status: 200,
    body: {
      group_number: 5,
      day: "Tuesday",
      batch_number: 1,
      data: [
        { price: 100.5, state: "PR", zip: "00601", sold: null },
        { price: 200, state: "NY", zip: "10001", sold: "2020-01-02" },
      ],
    },
  });
  const second = (await get(server, query)).body as { batch_number: number; data: unknown[] };
  expect(second.batch_number).toBe(2);
  expect(second.data[0]).toEqual({ price: 300, state: 'a "b"', zip: null, sold: null });
  expect(((await get(server, query)).body as { data: unknown[] }).data).toHaveLength(1);
  const end = { status: 200, body: { group_number: 5, day: "Tuesday", batch_number: 4, data: [], more: false } };
  expect(await get(server, query)).toEqual(end);
  expect(await get(server, query)).toEqual(end);
});

test("keeps one sequence for each group and day, under both spellings, until it is reset", async () => {
  const server = await start(CSV, "houses.csv.gz", { rows: 3 });
  const numberOf = async (query: string): Promise<number> =>
    ((await get(server, query)).body as { batch_number: number }).batch_number;
  expect(await numberOf("?group_number=5&day=Tuesday")).toBe(1);
  expect(await numberOf("?group=5&date=Tuesday")).toBe(2);
  expect(await numberOf("?group=6&date=Tuesday")).toBe(1);
  await fetch(server.url.replace("/data", "/reset"), { method: "POST" });
  expect(await numberOf("?group=5&date=Tuesday")).toBe(1);
});

test("answers a batch by number without moving the sequence, and takes another size", async () => {
  const server = await start(CSV, "houses.csv", { rows: 2 });
  const third = (await get(server, "?group=1&day=x&batch=3")).body as { data: { price: number }[] };
  expect(third.data.map((row) => row.price)).toEqual([500]);
  const first = (await get(server, "?group=1&day=x&rows=4")).body as { data: unknown[] };
  expect(first.data).toHaveLength(4);
  expect((await get(server, "?group=1&day=x&rows=0")).status).toBe(422);
  expect((await get(server, "?group=1&day=x&batch=two")).status).toBe(422);
});

test("replays Zeek and JSON lines, numbers as numbers and unset as null", async () => {
  const zeek = await start("#separator \\x09\n#fields\tts\tproto\torig_bytes\n1.5\ttcp\t-\n2.5\tudp\t7\n", "conn.log");
  expect(((await get(zeek, "?group=1&day=x")).body as { data: unknown }).data).toEqual([
    { ts: 1.5, proto: "tcp", orig_bytes: null },
    { ts: 2.5, proto: "udp", orig_bytes: 7 },
  ]);
  const lines = await start('{"a":"1","b":true}\n{"a":2}\nnot json\n', "x.jsonl");
  expect(lines.skipped).toBe(1);
  expect(((await get(lines, "?group=1&day=x")).body as { data: unknown }).data).toEqual([
    { a: "1", b: true },
    { a: 2, b: null },
  ]);
});

test("says what it can be asked, and how it is", async () => {
  const server = await start(CSV, "houses.csv", { rows: 2 });
  const health = await fetch(server.url.replace("/data", "/health"));
  expect(await health.json()).toEqual({ status: "ok", rows: 5, batches: 3, columns: ["price", "state", "zip", "sold"] });
  const other = await fetch(server.url.replace("/data", "/rows"));
  expect(other.status).toBe(404);
  expect(await other.text()).toContain("GET /data?group_number=5&day=Tuesday");
});

test("a fault does not count the batch as given", async () => {
  const failing = await start(CSV, "houses.csv", { rows: 2, faults: { failRate: 0.5, seed: 3 } });
  const statuses: number[] = [];
  const prices: number[] = [];
  while (prices.length < 5) {
    const { status, body } = await get(failing, "?group=1&day=x");
    statuses.push(status);
    if (status === 200) prices.push(...(body as { data: { price: number }[] }).data.map((row) => row.price));
  }
  expect(statuses).toContain(500);
  expect(prices).toEqual([100.5, 200, 300, 400, 500]);
});

test("a port that is taken is an error that names it", async () => {
  const server = await start(CSV, "houses.csv");
  await expect(start(CSV, "other.csv", { port: server.port })).rejects.toMatchObject({
    code: "INGEST_SOURCE_PORT",
    message: expect.stringContaining(String(server.port)),
  });
});
