import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceDefinition } from "@atalaya/define";
import { afterEach, expect, test } from "vitest";
import type { ReplayFaults } from "../replay/faults.js";
import { startReplayServer } from "../replay/replay-server.js";
import { openSource } from "./open-source.js";
import type { RawBatch } from "./raw-batch.js";

type HttpSource = Extract<SourceDefinition, { kind: "httpBatches" }>;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const source: HttpSource = {
  kind: "httpBatches",
  url: { setting: "ROWS_URL" },
  query: {},
  pageRows: null,
  page: null,
  cursor: null,
};

interface TakeOptions {
  readonly after?: string;
  /** Stops after so many batches, as a process that is killed. */
  readonly most?: number;
  readonly known?: ReadonlySet<string>;
}

async function take(url: string, of: Partial<HttpSource>, { after, most = 1_000, known = new Set() }: TakeOptions = {}) {
  const batches: RawBatch[] = [];
  const notes: string[] = [];
  const taken = openSource(
    { ...source, ...of },
    {
      address: () => url,
      signal: new AbortController().signal,
      known: (sha256) => known.has(sha256),
      after: after ?? null,
      onNote: (text) => notes.push(text),
      clock: { now: () => new Date(0), random: () => 0, sleep: () => Promise.resolve() },
      limits: { attempts: 20 },
    },
  );
  for await (const batch of taken) {
    batches.push(batch);
    if (batches.length === most) break;
  }
  return { batches, notes, cursors: batches.map(({ cursor }) => cursor), rows: batches.flatMap(rowsOf) };
}

function rowsOf({ bytes = new Uint8Array() }: RawBatch): number[] {
  return (JSON.parse(Buffer.from(bytes).toString()) as { data: { n: number }[] }).data.map(({ n }) => n);
}

/** A hundred rows, ten a batch. */
async function replay(faults: ReplayFaults = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-place-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "rows.csv");
  await writeFile(file, `n\n${Array.from({ length: 100 }, (_, row) => row).join("\n")}\n`);
  const server = await startReplayServer({ file, rows: 10, faults });
  cleanups.push(() => server.close());
  return server.url;
}

const all = Array.from({ length: 100 }, (_, row) => row);

test("by page: every row once, in order, whatever the source does to answers", async () => {
  const url = await replay({ failRate: 0.15, truncate: 0.15, duplicate: 0.2, seed: 4 });
  const { rows, cursors, notes } = await take(url, { page: "batch" });
  expect(rows).toEqual(all);
  expect(cursors).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  expect(notes.some((note) => note.includes("asked again"))).toBe(true);
});

test("by page: a process that was killed goes on behind the batch that was kept, and loses none", async () => {
  const url = await replay();
  const first = await take(url, { page: "batch" }, { most: 3 });
  const second = await take(url, { page: "batch" }, { after: first.cursors.at(-1) ?? "" });
  expect([...first.rows, ...second.rows]).toEqual(all);
  expect((await take(url, { page: "batch" }, { after: "10" })).rows).toEqual([]);
});

test("by mark: goes on from the mark of the last batch, and a last batch that grows comes again", async () => {
  const pages: Record<string, { data: { n: number }[]; next?: string }> = {
    "": { data: [{ n: 1 }], next: "b" },
    b: { data: [{ n: 2 }], next: "c" },
    c: { data: [{ n: 3 }] },
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const mark = new URL(request.url ?? "/", "http://x").searchParams.get("since") ?? "";
    asked.push(mark);
    response.end(JSON.stringify(pages[mark]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows`;
  const cursor = { parameter: "since", field: "next" };
  const first = await take(url, { cursor }, { most: 1 });
  expect(first.cursors).toEqual(["b"]);
  const rest = await take(url, { cursor }, { after: "b" });
  expect([rest.rows, rest.cursors, asked]).toEqual([
    [2, 3],
    ["c", "end:c"],
    ["", "b", "c"],
  ]);
  const known = new Set(rest.batches.map(({ sha256 }) => sha256));
  expect((await take(url, { cursor }, { after: "end:c", known })).rows).toEqual([]);
  pages["c"] = { data: [{ n: 3 }, { n: 4 }] };
  expect((await take(url, { cursor }, { after: "end:c", known })).rows).toEqual([3, 4]);
});
