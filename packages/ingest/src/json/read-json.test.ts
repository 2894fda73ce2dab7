import { type ColumnSchema, rowAsJson } from "@atalaya/learn";
import { expect, test } from "vitest";
import { type BatchReading, readBatch } from "../contract/read-batch.js";

const columns: readonly ColumnSchema[] = [
  { name: "price", from: ["price"], type: "number", optional: false, min: 0 },
  { name: "zip", from: ["zip_code"], type: "category", optional: true },
  { name: "isNew", from: ["is_new"], type: "boolean", optional: true },
  { name: "soldAt", from: ["sold_at"], type: "time", optional: true },
];

const read = (text: string | Uint8Array, name = "x.json"): Promise<BatchReading> =>
  readBatch({ name, bytes: Buffer.from(text) }, columns);
const rowsOf = ({ accepted }: BatchReading): unknown[] =>
  Array.from({ length: accepted.rowCount }, (_, row) => rowAsJson(accepted, row));

const good = { price: 1.5, zip_code: 2910, is_new: false, sold_at: "2020-01-02" };
const goodRow = { price: 1.5, zip: "2910", isNew: false, soldAt: "2020-01-02T00:00:00.000Z" };

test("an array, and an object with data, are rows", async () => {
  for (const text of [
    JSON.stringify([good]),
    JSON.stringify({ group_number: 5, day: "Tuesday", batch_number: 1, data: [good] }),
  ]) {
    expect(rowsOf(await read(text))).toEqual([goodRow]);
  }
});

test("values of a wrong kind are rejected with the position of their row", async () => {
  const reading = await read(
    JSON.stringify([
      good,
      { price: null },
      {},
      { price: "12" },
      { price: "x" },
      { price: true },
      { price: { value: 1 } },
      { price: 1, zip_code: [1] },
      { price: 1, is_new: 2 },
      { price: 1, sold_at: {} },
      7,
      { price: -1 },
      { price: 0, zip_code: "", sold_at: 1577923200 },
    ]),
  );
  expect(rowsOf(reading)).toEqual([
    goodRow,
    { price: 12, zip: null, isNew: null, soldAt: null },
    { price: 0, zip: null, isNew: null, soldAt: "2020-01-02T00:00:00.000Z" },
  ]);
  expect(reading.rejected.map(({ line, column, reason, value }) => [line, column, reason, value])).toEqual([
    [2, "price", "missing", null],
    [3, "price", "missing", null],
    [5, "price", "not a number", "x"],
    [6, "price", "true or false where a number belongs", "true"],
    [7, "price", "an object where a number belongs", '{"value":1}'],
    [8, "zip", "a list where text belongs", "[1]"],
    [9, "isNew", "not true or false", "2"],
    [10, "soldAt", "an object where a time belongs", "{}"],
    [11, null, "not a JSON object", null],
    [12, "price", "below the least allowed 0", "-1"],
  ]);
  expect(reading.rejected[4]?.text).toBe('{"price":{"value":1}}');
  expect(reading.read).toBe(13);
});

test.each(['[{"price":1},{"pri', '{"data":[{"price":1}', '[{"price":tr', '[{"price":"a', "[", ""])(
  "a body that ends early, %j, is an error that may be retried",
  async (text) => {
    const failure = text === "" ? read("\n") : read(text);
    await expect(failure).rejects.toMatchObject({ code: "INGEST_JSON_TRUNCATED", retryable: true });
  },
);

test.each([
  ["{\n 'name': 'name'\n}", "INGEST_JSON_INVALID", "line 2"],
  ['[{"price":1}]]', "INGEST_JSON_INVALID", "line 1"],
  ['{\n"rows": []\n}', "INGEST_JSON_SHAPE", "rows"],
  ["[\xe9]", "INGEST_NOT_UTF8", "UTF-8"],
])("%j is one error", async (text, code, part) => {
  await expect(read(Buffer.from(text, "latin1"))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(part),
    hint: expect.stringMatching(/./),
  });
});

test("no rows are no rows", async () => {
  const reading = await read('{"data":[],"more":false}');
  expect([reading.read, reading.accepted.rowCount, reading.rejected]).toEqual([0, 0, []]);
});

test("a required column that no row has is one error, not a batch of rejected rows", async () => {
  await expect(read('[{"Price":1},{"Price":2}]')).rejects.toMatchObject({
    code: "INGEST_MISSING_COLUMN",
    hint: expect.stringContaining('"Price"'),
  });
});

test("JSON lines: a bad line costs itself, the last one may be cut", async () => {
  const reading = await read('\uFEFF{"price":1}\n\n{"price":2\n[3]\r\n{"price":4}\n{"pri', "x.jsonl");
  expect(rowsOf(reading)).toMatchObject([{ price: 1 }, { price: 4 }]);
  expect([...reading.lines]).toEqual([1, 5]);
  expect(reading.rejected.map(({ line, reason, text }) => [line, reason, text])).toEqual([
    [3, "not JSON", '{"price":2'],
    [4, "not a JSON object", "[3]"],
    [6, "the last line is incomplete", '{"pri'],
  ]);
});

test("JSON lines longer than a piece of the file, and rows in many blocks", async () => {
  const line = (price: number): string => JSON.stringify({ price, zip_code: "x".repeat(3_000) });
  const text = Array.from({ length: 1_000 }, (_, at) => line(at)).join("\n");
  const reading = await read(text, "x.jsonl");
  expect(reading.accepted.rowCount).toBe(1_000);
  expect(reading.lines[999]).toBe(1_000);
});
