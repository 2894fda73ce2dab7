import type { ColumnSchema, ColumnType, Frame } from "@atalaya/learn";
import { rowAsJson } from "@atalaya/learn";
import { expect, test } from "vitest";
import { type BatchChecks, type BatchReading, readBatch } from "./read-batch.js";

function column(name: string, type: ColumnType, more: Partial<ColumnSchema> = {}): ColumnSchema {
  return { name, from: [name], type, optional: false, ...more };
}

const read = (text: string, columns: ColumnSchema[], checks?: BatchChecks): Promise<BatchReading> =>
  readBatch({ name: "x.csv", bytes: Buffer.from(text) }, columns, checks);

const rowsOf = (frame: Frame): unknown[] => Array.from({ length: frame.rowCount }, (_, row) => rowAsJson(frame, row));
const reasons = ({ rejected }: BatchReading): unknown[] => rejected.map((row) => [row.line, row.column, row.reason, row.value]);

const listings = [
  column("price", "number", { min: 10_000, max: 10_000_000, unit: "USD" }),
  column("bed", "integer", { optional: true }),
  column("status", "category", { levels: ["for_sale", "sold"] }),
  column("soldAt", "time", { from: ["sold_at", "prev_sold_date"], optional: true }),
];

test("accepted rows are typed, the others are kept with line, column, reason, value and text", async () => {
  const reading = await read(
    [
      "status,price,bed,prev_sold_date,agent",
      "for_sale,100000,3,2020-01-02,x",
      "sold,0,3,,x",
      "sold,10000001,3,,x",
      "sold,,3,,x",
      "sold,20000,2.5,,x",
      "lost,20000,2,,x",
      'sold,"1,000,000",2,,x',
      "sold,20000,2,soon,x",
      "sold,20000,0,?,x",
    ].join("\n"),
    listings,
  );
  expect(rowsOf(reading.accepted)).toEqual([
    { price: 100000, bed: 3, status: "for_sale", soldAt: "2020-01-02T00:00:00.000Z" },
    { price: 20000, bed: 0, status: "sold", soldAt: null },
  ]);
  expect([...reading.lines]).toEqual([2, 10]);
  expect(reasons(reading)).toEqual([
    [3, "price", "below the least allowed 10000 USD", "0"],
    [4, "price", "above the largest allowed 10000000 USD", "10000001"],
    [5, "price", "missing", null],
    [6, "bed", "not a whole number", "2.5"],
    [7, "status", 'not one of "for_sale", "sold"', "lost"],
    [8, "price", "not a number: thousands separators", "1,000,000"],
    [9, "soldAt", "not a time", "soon"],
  ]);
  expect(reading.rejected[5]?.text).toBe('sold,"1,000,000",2,,x');
  expect(reading.read).toBe(9);
  expect(reading.notes.map(({ message }) => message)).toEqual([
    'x.csv: columns that the dataset does not declare are ignored: "agent".',
  ]);
});

test("the first of several source names that is found counts", async () => {
  const { accepted } = await read("prev_sold_date,sold_at\n2020-01-01,2021-01-01\n", [listings[3]!]);
  expect(rowsOf(accepted)).toEqual([{ soldAt: "2021-01-01T00:00:00.000Z" }]);
});

test("a missing required column is one error with file, column, near names and cure", async () => {
  await expect(read("status,Price\nsold,1\n", listings)).rejects.toMatchObject({
    code: "INGEST_MISSING_COLUMN",
    message: 'x.csv has no column for "price" (looked for "price"). It has "status", "Price".',
    hint: expect.stringContaining('Did you mean "Price"?'),
  });
});

test("a missing optional column is missing in every row, and noted", async () => {
  const { accepted, notes } = await read("status,price\nsold,20000\n", listings);
  expect(rowsOf(accepted)).toEqual([{ price: 20000, bed: null, status: "sold", soldAt: null }]);
  expect(notes.map(({ kind }) => kind)).toEqual(["missingColumn", "missingColumn"]);
});

test("a header without rows is no row, and no error", async () => {
  const reading = await read("price,bed,status,sold_at\n", listings);
  expect([reading.read, reading.accepted.rowCount, reading.rejected.length]).toEqual([0, 0, 0]);
  expect([...reading.accepted.columns.keys()]).toEqual(["price", "bed", "status", "soldAt"]);
});

test("texts that mean missing: the usual ones, those that are given, never a declared level", async () => {
  const columns = [column("a", "category", { optional: true }), column("n", "number", { optional: true })];
  const text = "a,n\nNA,nan\n?,NULL\nNone,1\n-,2\n,\n";
  expect(rowsOf((await read(text, columns)).accepted)).toEqual([
    { a: null, n: null },
    { a: null, n: null },
    { a: "None", n: 1 },
    { a: "-", n: 2 },
    { a: null, n: null },
  ]);
  const own = await read(text, columns, { missing: ["-"] });
  expect(rowsOf(own.accepted).map((row) => (row as { a: unknown }).a)).toEqual(["None", null, null]);
  expect(own.rejected.map(({ reason }) => reason)).toEqual(["not a number", "not a number"]);
  const declared = [column("a", "category", { levels: ["NA", "x"] })];
  expect(rowsOf((await read("a\nNA\nx\n", declared)).accepted)).toEqual([{ a: "NA" }, { a: "x" }]);
});

test("blanks around a category are no part of it, in a text they are", async () => {
  const { accepted } = await read("c,t\n a ,x\na, x\n", [column("c", "category"), column("t", "text")]);
  expect(rowsOf(accepted)).toEqual([
    { c: "a", t: "x" },
    { c: "a", t: " x" },
  ]);
  expect(accepted.columns.get("c")).toMatchObject({ levels: ["a"] });
});

test("levels of rejected rows do not enter the frame", async () => {
  const { accepted } = await read("c,n\nbad,x\nb,1\na,2\nb,3\n", [column("c", "category"), column("n", "number")]);
  expect(accepted.columns.get("c")).toEqual({ kind: "category", levels: ["b", "a"], codes: Int32Array.of(0, 1, 0) });
});

test("true and false in their usual spellings; 0 is a value", async () => {
  const { accepted, rejected } = await read("b\ntrue\nFALSE\nT\nno\n1\n0\nmaybe\n2\n", [column("b", "boolean")]);
  expect(rowsOf(accepted)).toEqual([true, false, true, false, true, false].map((b) => ({ b })));
  expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [8, "not true or false"],
    [9, "not true or false"],
  ]);
});

test("a whole number that a double cannot hold is refused, not rounded", async () => {
  const { rejected, accepted } = await read("n\n9007199254740993\n9007199254740991\n3.0\n", [column("n", "integer")]);
  expect(rejected.map(({ reason }) => reason)).toEqual(["too large for a whole number that is exact: declare it as text"]);
  expect(rowsOf(accepted)).toEqual([{ n: 9007199254740991 }, { n: 3 }]);
});

test("the second row with the same identity is rejected; a row without one is not compared", async () => {
  const columns = [column("id", "text", { optional: true }), column("day", "integer"), column("n", "number")];
  const reading = await read("id,day,n\na,1,1\na,2,1\na,1,2\n,1,1\n,1,1\na,1,x\nab,11,1\n", columns, { unique: ["id", "day"] });
  expect(reasons(reading)).toEqual([
    [4, null, "repeats the id, day of an earlier row", "line 2"],
    [7, "n", "not a number", "x"],
  ]);
  expect(reading.accepted.rowCount).toBe(5);
});

test("a column may be called as anything is", async () => {
  const columns = [
    column("__proto__", "integer"),
    column("constructor", "integer"),
    column("toString", "integer", { optional: true }),
  ];
  const csv = await read("__proto__,constructor\n1,2\n", columns);
  const json = await readBatch({ name: "x.json", bytes: Buffer.from('[{"__proto__":1,"constructor":2}]') }, columns);
  for (const { accepted } of [csv, json]) {
    expect([...accepted.columns.values()].map((one) => (one.kind === "number" ? one.values[0] : one.kind))).toEqual([
      1,
      2,
      Number.NaN,
    ]);
  }
});
