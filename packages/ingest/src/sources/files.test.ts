import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SourceDefinition } from "@atalaya/define";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sourceIdentity } from "./address.js";
import { openSource } from "./open-source.js";
import { type RawBatch, type SourceContext, systemClock } from "./raw-batch.js";

type FileSource = Extract<SourceDefinition, { kind: "files" }>;

const source: FileSource = { kind: "files", url: { setting: "EVENT_LAKE" }, format: null, under: null, lastMs: null };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-test-"));
  mkdirSync(join(folder, "conn", "2026"), { recursive: true });
  for (const name of ["b.csv", "a.csv", "conn/10.log", "conn/2026/x.log", "conn/09.log"]) write(name, `a\n${name}\n`);
  for (const name of [".hidden", "_SUCCESS", "c.csv.partial", "conn/.x"]) write(name, "no");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function take(
  more: Partial<FileSource> = {},
  address = folder,
  context: Partial<SourceContext> = {},
): Promise<{ batches: RawBatch[]; notes: string[] }> {
  const notes: string[] = [];
  const batches: RawBatch[] = [];
  const whole: SourceContext = {
    address: () => address,
    signal: new AbortController().signal,
    known: () => false,
    onNote: (text) => notes.push(text),
    ...context,
  };
  for await (const batch of openSource({ ...source, ...more }, whole)) batches.push(batch);
  return { batches, notes };
}

const cursors = async (...given: Parameters<typeof take>): Promise<string[]> =>
  (await take(...given)).batches.map(({ cursor }) => cursor);

test("files of a folder and the folders in it come in the order of their names", async () => {
  expect(await cursors()).toEqual(["a.csv", "b.csv", "conn/09.log", "conn/10.log", "conn/2026/x.log"]);
  expect(await cursors({ under: "conn" })).toEqual(["09.log", "10.log", "2026/x.log"]);
  expect(await cursors({}, join(folder, "a.csv"))).toEqual(["a.csv"]);
  expect(await cursors({}, pathToFileURL(join(folder, "conn")).href)).toHaveLength(3);
});

test("a batch carries what is needed to know and to read it", async () => {
  const { batches } = await take({ format: "csv" }, join(folder, "a.csv"));
  const identity = sourceIdentity(source, join(folder, "a.csv"));
  expect(batches).toEqual([
    {
      identity: `${identity}#a.csv#${batches[0]?.sha256}`,
      source: identity,
      cursor: "a.csv",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: "a.csv",
      path: join(folder, "a.csv"),
      format: "csv",
      receivedAt: expect.any(Date),
    },
  ]);
});

test("only files that changed lately", async () => {
  utimesSync(join(folder, "a.csv"), new Date("2026-01-01"), new Date("2026-01-01"));
  expect(await cursors({ lastMs: 3_600_000 })).not.toContain("a.csv");
  const clock = { ...systemClock, now: () => new Date("2026-01-01T00:30:00Z") };
  expect(await cursors({ lastMs: 3_600_000 }, folder, { clock })).toContain("a.csv");
});

test("the same content is taken once, in this run or in another, under whatever name", async () => {
  write("z.csv", "a\na.csv\n");
  const { batches, notes } = await take();
  expect(batches.map(({ cursor }) => cursor)).not.toContain("z.csv");
  expect(notes).toEqual(["z.csv: its content was taken before, skipped"]);
  const known = new Set(batches.map(({ sha256 }) => sha256));
  write("new.csv", "a\nnew\n");
  expect(await cursors({}, folder, { known: (sha256) => known.has(sha256) })).toEqual(["new.csv"]);
});

test("what is not there, an empty folder and another kind of address are errors", async () => {
  await expect(take({}, join(folder, "none"))).rejects.toMatchObject({ code: "INGEST_FILE_NOT_FOUND" });
  await expect(take({ under: "none" })).rejects.toMatchObject({
    code: "INGEST_FILE_NOT_FOUND",
    message: expect.stringContaining("none"),
  });
  mkdirSync(join(folder, "empty"));
  await expect(take({ under: "empty" })).rejects.toMatchObject({ code: "INGEST_SOURCE_EMPTY" });
  await expect(take({}, "https://host/x")).rejects.toMatchObject({
    code: "INGEST_SOURCE_ADDRESS",
    message: expect.stringContaining("EVENT_LAKE"),
  });
  await expect(take({}, " ")).rejects.toMatchObject({ code: "INGEST_SOURCE_ADDRESS" });
});
