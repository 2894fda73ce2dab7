import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import createHashes from "xxhash-wasm";
import { type BatchReading, readBatch } from "../contract/read-batch.js";

const columns = [
  { name: "id", from: ["id"], type: "integer", optional: false },
  { name: "name", from: ["name"], type: "category", optional: false },
] as const;
const ROWS = 300_000;
/** `printf 'id,name\n1,a\n2,b\n' | zstd -19`: one frame with a checksum. */
const SMALL = Buffer.from("KLUv/QRogQAAaWQsbmFtZQoxLGEKMixiCibGaUQ=", "base64");

const read = (name: string, bytes: Uint8Array): Promise<BatchReading> => readBatch({ name, bytes }, columns);

let folder: string;
let large: Buffer;
let hashOf: (bytes: Uint8Array) => bigint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "atalaya-test-"));
  const path = join(folder, "large.csv.zst");
  const database = await (await DuckDBInstance.create()).connect();
  await database.run(
    `copy (select i as id, 'name ' || (i * 7919 % 10007) as name from range(${ROWS}) t(i)) to '${path}' (format csv, header, compression zstd)`,
  );
  database.closeSync();
  large = await readFile(path);
  const hashes = await createHashes();
  hashOf = (bytes) => hashes.create64().update(bytes).digest();
});
afterAll(() => rm(folder, { recursive: true }));

/** A frame of stored blocks with a checksum: two bytes of header, `size` bytes a block. */
function frame(content: Uint8Array, size: number, sum = hashOf(content)): Buffer {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58])];
  for (let start = 0; start === 0 || start < content.length; start += size) {
    const block = content.subarray(start, start + size);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (start + size >= content.length ? 1 : 0), 0, 3);
    parts.push(head, Buffer.from(block));
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(Number(sum & 0xffffffffn));
  return Buffer.concat([...parts, checksum]);
}

test("a frame of the zstd command is read, whatever the name says", async () => {
  const reading = await read("small.csv", SMALL);
  expect([reading.format, reading.read, reading.notes]).toEqual(["csv", 2, []]);
});

test("a file of several megabytes is read as it was written", async () => {
  const reading = await read("large.csv.zst", large);
  const name = reading.accepted.columns.get("name");
  if (name?.kind !== "category") throw new Error("no category");
  expect([reading.read, reading.accepted.rowCount, reading.notes]).toEqual([ROWS, ROWS, []]);
  for (const row of [0, 1, 131_072, ROWS - 1]) {
    expect([row, name.levels[name.codes[row] ?? -1]]).toEqual([row, `name ${(row * 7919) % 10_007}`]);
  }
});

test("of a file that is cut, the rows before the cut are kept, the last one is quarantined, and the cut is noted", async () => {
  const reading = await read("large.csv.zst", large.subarray(0, large.length >> 1));
  expect(reading.accepted.rowCount).toBeGreaterThan(ROWS / 4);
  expect(reading.read).toBe(reading.accepted.rowCount + reading.rejected.length);
  expect(reading.notes).toEqual([{ kind: "cut", message: expect.stringContaining("large.csv.zst: the zstd data end early") }]);
});

test("wherever one byte behind the header is damaged, it is noticed", async () => {
  for (let at = 6; at < SMALL.length; at++) {
    const damaged = Buffer.from(SMALL);
    damaged[at] = damaged[at]! ^ 0x41;
    const outcome = await read("small.csv.zst", damaged).then(
      ({ notes }) => notes[0]?.kind,
      (error: { code: string }) => error.code,
    );
    // Damage of the header line is told by what it made of it.
    expect([at, outcome]).toEqual([at, expect.stringMatching(/^(cut|INGEST_[A-Z_]+)$/)]);
  }
});

test("wherever a file ends before its end, it is noticed", async () => {
  const whole = Buffer.concat([frame(Buffer.from("id,name\n"), 3), frame(Buffer.from("1,a\n2,b\n"), 5)]);
  const firstFrame = frame(Buffer.from("id,name\n"), 3).length;
  for (let end = 5; end < whole.length; end++) {
    const outcome = await read("x.csv.zst", whole.subarray(0, end)).then(
      ({ notes }) => notes.some(({ kind }) => kind === "cut"),
      (error: { code: string }) => error.code.startsWith("INGEST_"),
    );
    expect([end, outcome]).toEqual([end, end !== firstFrame]);
  }
});

test("several frames behind each other, and frames without data, are one text", async () => {
  const text = Buffer.from(`id,name\n${Array.from({ length: 50_000 }, (_, row) => `${row},n${row % 3}`).join("\n")}\n`);
  const skipped = Buffer.concat([Buffer.from([0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from("abc")]);
  const halves = [text.subarray(0, 200_001), text.subarray(200_001)];
  const bytes = Buffer.concat([skipped, ...halves.map((half) => frame(half, 128 << 10)), frame(new Uint8Array(), 1), skipped]);
  const reading = await read("x.csv.zst", bytes);
  expect([reading.accepted.rowCount, reading.notes]).toEqual([50_000, []]);
});

test("a wrong checksum is damage even where every block is sound", async () => {
  const reading = await read("x.csv.zst", frame(Buffer.from("id,name\n1,a\n"), 100, 1n));
  expect(reading.notes[0]?.message).toContain("its checksum is wrong");
});

test.each([
  ["a window of 128 MiB", [0x04, 0x88]],
  ["a dictionary", [0x01, 0x58, 7]],
])("%s is refused before anything is decompressed, with a cure", async (kind, header) => {
  const bytes = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, 0, 0, 0, 0]);
  await expect(read("x.csv.zst", bytes)).rejects.toMatchObject({
    code: "INGEST_COMPRESSION_UNSUPPORTED",
    message: expect.stringContaining(kind),
    hint: expect.stringContaining("level 19"),
  });
});
