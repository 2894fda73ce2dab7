import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type BatchReading, readBatch } from "../contract/read-batch.js";

const columns = [
  { name: "id", from: ["id"], type: "integer", optional: false },
  { name: "name", from: ["name"], type: "category", optional: false },
] as const;

const read = (name: string, bytes: Uint8Array): Promise<BatchReading> => readBatch({ name, bytes }, columns);

const CSV = Buffer.from(
  `id,name\n${Array.from({ length: 20_000 }, (_, row) => `${row},name ${(row * 7919) % 10_007}`).join("\n")}\n`,
);

test("gzip is read by its first bytes, whatever the name says", async () => {
  const reading = await read("data.csv", gzipSync(CSV));
  expect([reading.format, reading.read, reading.notes]).toEqual(["csv", 20_000, []]);
});

test("several gzip members behind each other are one text", async () => {
  const halves = [CSV.subarray(0, 100_001), CSV.subarray(100_001)];
  expect((await read("x.csv.gz", Buffer.concat(halves.map((half) => gzipSync(half))))).accepted.rowCount).toBe(20_000);
});

test("of gzip that is cut, the rows before the cut are kept, the last one is quarantined, and the cut is noted", async () => {
  const whole = gzipSync(CSV);
  const reading = await read("x.csv.gz", whole.subarray(0, Math.floor(whole.length / 2)));
  expect(reading.accepted.rowCount).toBeGreaterThan(5_000);
  expect(reading.accepted.columns.get("id")).toMatchObject({ kind: "number" });
  expect(reading.read).toBe(reading.accepted.rowCount + reading.rejected.length);
  expect(reading.rejected.map(({ reason }) => reason)).toEqual([expect.stringContaining("the last line is incomplete")]);
  expect(reading.notes).toEqual([{ kind: "cut", message: expect.stringContaining("x.csv.gz: the gzip data end early") }]);
});

test("gzip that lacks its trailer only is cut as well", async () => {
  const whole = gzipSync(CSV);
  const reading = await read("x.csv.gz", whole.subarray(0, whole.length - 4));
  expect([reading.accepted.rowCount, reading.notes.map(({ kind }) => kind)]).toEqual([20_000, ["cut"]]);
});

test("damage inside gzip keeps what comes before it", async () => {
  const bytes = Buffer.from(gzipSync(CSV));
  bytes.fill(0xff, bytes.length - 2_000, bytes.length - 1_000);
  const reading = await read("x.csv.gz", bytes);
  expect(reading.accepted.rowCount).toBeGreaterThan(5_000);
  expect(reading.notes[0]?.message).toMatch(/damaged|end early/);
});

const zip = (...names: string[]): Buffer => Buffer.concat([Buffer.from("PK\x03\x04\x14\x00"), Buffer.from(names.join("\0"))]);

test.each([
  ["data.csv", zip("table.csv"), "INGEST_ARCHIVE", "zip"],
  ["data.csv", zip("[Content_Types].xml"), "INGEST_SPREADSHEET", ".xlsx"],
  ["data.csv", zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "INGEST_SPREADSHEET", ".ods"],
  ["data.csv", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0]), "INGEST_SPREADSHEET", ".xls"],
  ["data.csv.zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), "INGEST_COMPRESSION_DAMAGED", "the zstd data end early"],
  ["data.csv.bz2", Buffer.from("BZh91AY"), "INGEST_COMPRESSION_UNSUPPORTED", "bzip2"],
  ["inner.csv.gz", gzipSync(zip("table.csv")), "INGEST_ARCHIVE", "zip"],
  ["broken.csv.gz", Buffer.from([0x1f, 0x8b, 9, 9, 9]), "INGEST_COMPRESSION_DAMAGED", "decompressed"],
  ["empty.csv.gz", gzipSync(""), "INGEST_NO_HEADER", "empty"],
])("%s is one error: %s", async (name, bytes, code, part) => {
  await expect(read(name, bytes)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(new RegExp(`${name.replaceAll(".", "\\.")}.*${part}`)),
    hint: expect.stringMatching(/./),
  });
});

test("a file that is not there, and a folder, are errors that name them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-test-"));
  try {
    await expect(readBatch({ name: "none.csv", path: join(folder, "none.csv") }, columns)).rejects.toMatchObject({
      code: "INGEST_FILE_NOT_FOUND",
    });
    await expect(readBatch({ name: "folder", path: folder }, columns)).rejects.toMatchObject({ code: "INGEST_FILE_UNREADABLE" });
    const path = join(folder, "x[1].csv");
    await writeFile(path, CSV);
    expect((await readBatch({ name: "x", path }, columns)).read).toBe(20_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ["x.csv", "id,name\n1,a\n", undefined, "csv"],
  ["x", "id,name\n1,a\n", undefined, "csv"],
  ["x.tsv", "id\tname\n1\ta,b\n", undefined, "tsv"],
  ["x.log", '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n', undefined, "jsonl"],
  ["x.json", '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n', undefined, "jsonl"],
  ["x", '{"id":1,"name":"a"}', undefined, "jsonl"],
  ["x", '[{"id":1,"name":"a"}]', "application/json", "json"],
  ["x", '{"day":"x","data":[{"id":1,"name":"a"}]}', "application/json", "json"],
  ["x", '{\n "data": [{"id":1,"name":"a"}]\n}', undefined, "json"],
  ["conn.log", "#separator \\x09\n#fields\tid\tname\n1\ta\n", undefined, "zeek"],
])("%s with %j is %s", async (name, text, mediaType, format) => {
  const reading = await readBatch({ name, bytes: Buffer.from(text), ...(mediaType ? { mediaType } : {}) }, columns);
  expect(reading.format).toBe(format);
  expect(reading.accepted.rowCount).toBeGreaterThan(0);
});

test("a log that is declared as Zeek may hold JSON lines", async () => {
  const bytes = Buffer.from('{"id":1,"name":"a"}\n');
  expect((await readBatch({ name: "conn.log", bytes, format: "zeek" }, columns)).format).toBe("jsonl");
});
