import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type ColumnSchema,
  compactLevels,
  concatenateFrames,
  type Frame,
  type FrameColumn,
  frameOf,
  rowAsJson,
  selectColumns,
} from "@atalaya/learn";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { readBatch } from "../contract/read-batch.js";
import { openDuck } from "./duckdb.js";
import { readParquet, readParquetFrames } from "./read-frames.js";
import { writeParquet } from "./write-parquet.js";

fc.configureGlobal({ seed: 20261121 });

const folder = mkdtempSync(join(tmpdir(), "atalaya-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const missing = Number.NaN;
const frame: Frame = frameOf([
  ["price", { kind: "number", values: Float64Array.of(1.5, -0, missing, 1e308) }],
  ["is new", { kind: "boolean", values: Float64Array.of(1, missing, 0, 1) }],
  ["soldAt", { kind: "time", values: Float64Array.of(1545403816962.094, -1, missing, 0) }],
  ['say "é"', { kind: "category", codes: Int32Array.of(0, -1, 1, 0), levels: ["a'b", ""] }],
  ["nothing", { kind: "category", codes: Int32Array.of(-1, -1, -1, -1), levels: [] }],
]);

async function writeSql(sql: string): Promise<string> {
  const path = join(folder, `sql-${createHash("sha256").update(sql).digest("hex").slice(0, 8)}.parquet`);
  const duck = await openDuck();
  await duck.connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
  await duck.close();
  return path;
}

test("what is written comes back equal: missing, times, booleans, categories, any name", async () => {
  const path = join(folder, "round.parquet");
  await writeParquet(frame, path);
  expect(await readParquet(path)).toEqual(frame);
  expect([...(await readParquet(path, ["soldAt", { name: "price" }])).columns.keys()]).toEqual(["soldAt", "price"]);
});

test("a file comes in frames with dictionaries of their own, and all of them are the file", async () => {
  const path = join(folder, "frames.parquet");
  const rows = 10_000;
  const codes = Int32Array.from({ length: rows }, (_, row) => (row % 11 === 0 ? -1 : Math.floor(row / 1_000)));
  const city: FrameColumn = { kind: "category", codes, levels: Array.from({ length: 10 }, (_, code) => `c${code}`) };
  const whole = frameOf([
    ["size", { kind: "number", values: Float64Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? missing : row)) }],
    ["city", city],
  ]);
  await writeParquet(whole, path);
  const frames = [];
  for await (const part of readParquetFrames(path, ["city", "size"], 3_000)) frames.push(part);
  expect(frames.map(({ rowCount }) => rowCount)).toEqual([4_096, 4_096, 1_808]);
  expect(frames[2]?.columns.get("city")).toMatchObject({ levels: ["c8", "c9"] });
  expect(concatenateFrames(frames)).toEqual(selectColumns(whole, ["city", "size"]));
});

test.each([
  ["plain texts", 70_000, "text ", ["", "a'b", "é 😀", 'say "x"\nand y, at length', "\\t"]],
  ["texts of at most twelve bytes", 30_000, "t ", ["", "a'b", "é 😀", "日本語日", "twelve bytes", "\n"]],
  ["texts of few letters and one of more bytes", 21_000, "t ", ["日本語日本"]],
  ["texts with the separators of the quick way", 21_000, "text ", ["\u001f", "\u001e", "a\u001fb", "\u0000", ""]],
])("a column of as many levels as rows comes back, beside others and alone: %s", async (_, rows, head, odd) => {
  const levels = [...odd, ...Array.from({ length: rows - odd.length - 10 }, (_level, row) => `${head}${row}`)];
  const codes = Int32Array.from({ length: rows }, (_code, row) => (row < levels.length ? row : -1));
  const id: FrameColumn = { kind: "category", codes, levels };
  const place: FrameColumn = { kind: "number", values: Float64Array.from({ length: rows }, (_value, row) => row) };
  for (const many of [
    frameOf([["id", id]]),
    frameOf([
      ["place", place],
      ["id", id],
    ]),
  ]) {
    const path = join(folder, "many.parquet");
    await writeParquet(many, path);
    expect(await readParquet(path)).toEqual(many);
  }
});

test("a column of levels comes back, however wide its type is in the database", async () => {
  for (const count of [1, 253, 254, 255, 256, 257, 4_999, 5_001]) {
    const levels = Array.from({ length: count }, (_, code) => (code === 7 ? 'it\'s "7", and long' : `level ${code} of many`));
    const codes = Int32Array.from({ length: count + 3 }, (_, row) => (row < count ? row : -1));
    const given = frameOf([["city", { kind: "category", codes, levels }]]);
    const path = join(folder, "levels.parquet");
    await writeParquet(given, path);
    expect(await readParquet(path)).toEqual(given);
  }
});

test("a frame without rows comes back", async () => {
  const path = join(folder, "empty.parquet");
  const empty = frameOf([["a", { kind: "time", values: new Float64Array(0) }]]);
  await writeParquet(empty, path);
  expect(await readParquet(path)).toEqual(empty);
});

test("equal frames give equal bytes, and nothing else is left in the folder", async () => {
  const hashes: string[] = [];
  for (const name of ["one.parquet", "two.parquet"]) {
    await writeParquet(frame, join(folder, name));
    hashes.push(
      createHash("sha256")
        .update(await readFile(join(folder, name)))
        .digest("hex"),
    );
  }
  expect(hashes[0]).toBe(hashes[1]);
  expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
});

test("any frame comes back, more rows than a chunk too", async () => {
  const number = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(missing));
  const cell = fc.record({
    n: number,
    b: fc.constantFrom(0, 1, missing),
    t: fc.integer({ min: -8.64e15, max: 8.64e15 }),
    c: fc.integer({ min: -1, max: 3 }),
  });
  const levels = ["x", "", "é", "日"];
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { maxLength: 30 }), fc.constantFrom(1, 150), async (cells, times) => {
      const rows = Array.from({ length: times }, () => cells).flat();
      const columns: [string, FrameColumn][] = [
        ["n", { kind: "number", values: Float64Array.from(rows, ({ n }) => n) }],
        ["b", { kind: "boolean", values: Float64Array.from(rows, ({ b }) => b) }],
        ["t", { kind: "time", values: Float64Array.from(rows, ({ t }) => t) }],
        ["c", compactLevels({ kind: "category", codes: Int32Array.from(rows, ({ c }) => c), levels })],
      ];
      const given = frameOf(columns);
      const path = join(folder, "any.parquet");
      await writeParquet(given, path);
      expect(await readParquet(path)).toEqual(given);
    }),
    { numRuns: 15 },
  );
});

test("the contract reads types of other programs; a row's line is its position", async () => {
  const path = await writeSql(`SELECT * FROM (VALUES
    (1::BIGINT, 2.50::DECIMAL(9,2), DATE '2020-01-02', TIMESTAMPTZ '2020-01-02 01:00:00+01', true, 601.0::DOUBLE, 'x', 9007199254740993),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, 'NaN'::DOUBLE, NULL, NULL, false, 601.5, '?', 1),
    (4, 'Infinity'::DOUBLE, NULL, NULL, false, 601.5, 'y', 1)) AS t(i, d, day, moment, b, zip, c, big)`);
  const column = (name: string, type: ColumnSchema["type"], more: Partial<ColumnSchema> = {}): ColumnSchema => ({
    name,
    from: [name],
    type,
    optional: true,
    ...more,
  });
  const columns = [
    column("i", "integer", { optional: false }),
    column("d", "number"),
    column("day", "time"),
    column("moment", "time"),
    column("b", "boolean"),
    column("zip", "category"),
    column("c", "category"),
    column("big", "text"),
  ];
  const reading = await readBatch({ name: "x.parquet", path }, columns);
  expect(reading.format).toBe("parquet");
  expect(rowAsJson(reading.accepted, 0)).toEqual({
    i: 1,
    d: 2.5,
    day: "2020-01-02T00:00:00.000Z",
    moment: "2020-01-02T00:00:00.000Z",
    b: true,
    zip: "601",
    c: "x",
    big: "9007199254740993",
  });
  expect(rowAsJson(reading.accepted, 1)).toMatchObject({ i: 3, d: null, zip: "601.5", c: null });
  expect(reading.rejected.map(({ line, column: at, reason }) => [line, at, reason])).toEqual([
    [2, "i", "missing"],
    [4, "d", "not a finite number"],
  ]);
  expect(JSON.parse(reading.rejected[1]!.text)).toMatchObject({ i: 4, c: "y" });
});

test("bytes, gzip, and a path that looks like a pattern are read as one file", async () => {
  const columns: ColumnSchema[] = [{ name: "price", from: [], type: "number", optional: true }];
  const path = join(folder, "a[1]*.parquet");
  await writeParquet(frame, path);
  const bytes = await readFile(path);
  for (const input of [{ path }, { bytes }, { bytes: gzipSync(bytes) }]) {
    expect((await readBatch({ name: "x", ...input }, columns)).read).toBe(4);
  }
});

test("a file without rows still says which column is missing", async () => {
  const path = await writeSql("SELECT 1 AS a WHERE false");
  const columns: ColumnSchema[] = [{ name: "b", from: [], type: "number", optional: false }];
  await expect(readBatch({ name: "x.parquet", path }, columns)).rejects.toMatchObject({ code: "INGEST_MISSING_COLUMN" });
  await expect(readParquet(path, ["b"])).rejects.toMatchObject({ code: "INGEST_MISSING_COLUMN" });
});

test("a cut file is one error, and so is a place that cannot be written", async () => {
  const path = join(folder, "cut.parquet");
  await writeParquet(frame, path);
  await writeFile(path, (await readFile(path)).subarray(0, 200));
  await expect(readBatch({ name: "cut.parquet", path }, [])).rejects.toMatchObject({
    code: "INGEST_PARQUET_UNREADABLE",
    message: expect.stringContaining("cut.parquet"),
  });
  await expect(writeParquet(frame, join(folder, "none", "x.parquet"))).rejects.toMatchObject({ code: "INGEST_PARQUET_WRITE" });
  const twins = frameOf([
    ["a", frame.columns.get("price")!],
    ["A", frame.columns.get("price")!],
  ]);
  await expect(writeParquet(twins, join(folder, "x.parquet"))).rejects.toMatchObject({ code: "INGEST_PARQUET_WRITE" });
});

test("DuckDB cannot download extensions", async () => {
  const duck = await openDuck();
  const settings = await duck.connection.runAndReadAll(
    "SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')",
  );
  await duck.close();
  expect(settings.getRows()).toEqual([[false, false]]);
});
