import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ColumnSchema } from "@atalaya/learn";
import { afterAll, expect, test } from "vitest";
import { readBatch } from "../contract/read-batch.js";
import { type FileInspection, inspectFile } from "./inspect-file.js";

const folder = mkdtempSync(join(tmpdir(), "atalaya-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(name: string, text: string): Promise<FileInspection & { acceptedShare: number }> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const inspection = await inspectFile(path);
  const columns = inspection.columns.map(
    ({ header, levels, ...column }): ColumnSchema => ({
      name: column.name,
      from: [header],
      type: column.type,
      optional: column.optional,
      ...(levels ? { levels } : {}),
    }),
  );
  const { accepted, read } = await readBatch({ name, path }, columns);
  return { ...inspection, acceptedShare: read === 0 ? 1 : accepted.rowCount / read };
}

const rows = 200;
const csv = (header: string, cell: (row: number) => string): string =>
  `${header}\n${Array.from({ length: rows }, (_, row) => cell(row)).join("\n")}\n`;

test("types, levels, limits and missing values are read off the file", async () => {
  const found = await inspect(
    "houses.csv",
    csv(
      "id,Sold At,zip_code,bed,price (USD),state,waterfront,note,ts,unused",
      (row) =>
        `${row},${1 + (row % 12)}/15/2020,00${601 + (row % 9)},${row % 5},${row * 1.5},${["PR", "NY", "?"][row % 3]},${row % 2},"text ${row}",${1545403816 + row},`,
    ),
  );
  expect(found.columns.map(({ header, name, type, optional }) => [header, name, type, optional])).toEqual([
    ["id", "id", "text", false],
    ["Sold At", "soldAt", "time", false],
    ["zip_code", "zipCode", "category", false],
    ["bed", "bed", "integer", false],
    ["price (USD)", "priceUsd", "number", false],
    ["state", "state", "category", true],
    ["waterfront", "waterfront", "boolean", false],
    ["note", "note", "text", false],
    ["ts", "ts", "time", false],
    ["unused", "unused", "category", true],
  ]);
  const state = found.columns[5];
  expect(state).toMatchObject({ levels: ["NY", "PR"], distinct: 2 });
  expect(state?.missingShare).toBeCloseTo(66 / 200);
  expect(found.columns[3]).toMatchObject({ min: 0, max: 4, distinct: 5 });
  expect(found).toMatchObject({ format: "csv", rowCount: rows, isWhole: true, target: "waterfront", acceptedShare: 1 });
});

test("a column that is called so is the target, else the last that could be", async () => {
  expect(
    (
      await inspect(
        "a.csv",
        csv("label,x", (row) => `${row % 2},${row}`),
      )
    ).target,
  ).toBe("label");
  expect(
    (
      await inspect(
        "b.csv",
        csv("price,x", (row) => `${row},${row}`),
      )
    ).target,
  ).toBe("price");
  expect(
    (
      await inspect(
        "c.csv",
        csv("a,b,c", (row) => `${row},${row % 3},text ${row}`),
      )
    ).target,
  ).toBe("b");
  expect(
    (
      await inspect(
        "d.csv",
        csv("a", () => "same"),
      )
    ).target,
  ).toBeNull();
});

test("a few bad values do not change a type, many do, and 99 % are accepted in any case", async () => {
  const few = await inspect(
    "few.csv",
    csv("n,m", (row) => `${row === 7 ? "n/a!" : row},${row / 2}`),
  );
  expect(few.columns.map(({ type }) => type)).toEqual(["number", "number"].with(0, "integer"));
  expect(few.acceptedShare).toBeGreaterThanOrEqual(0.99);
  const header = Array.from({ length: 10 }, (_, at) => `c${at}`).join(",");
  const spread = await inspect(
    "spread.csv",
    csv(header, (row) => Array.from({ length: 10 }, (_, at) => (row === at * 3 ? "bad" : row)).join(",")),
  );
  expect(spread.acceptedShare).toBeGreaterThanOrEqual(0.99);
});

test("JSON: nested columns are left out and noted, sparse ones are optional", async () => {
  const lines = Array.from({ length: 20 }, (_, row) =>
    JSON.stringify({ n: row, tags: [row], ...(row > 3 ? { late: "x" } : {}) }),
  );
  const found = await inspect("x.jsonl", lines.join("\n"));
  expect(found.columns.map(({ header, type, optional }) => [header, type, optional])).toEqual([
    ["n", "integer", false],
    ["late", "category", true],
  ]);
  expect(found.notes.map(({ message }) => message)).toEqual([
    'x.jsonl: columns that hold lists or objects are left out: "tags".',
  ]);
});

test("names become distinct camelCase", async () => {
  const found = await inspect("names.csv", 'House size (ft²),house_size,HouseSize,2nd floor,"%"\n1,2,3,4,5\n');
  expect(found.columns.map(({ name }) => name)).toEqual(["houseSizeFt", "houseSize", "houseSize2", "column2ndFloor", "column"]);
});

test("a file with a header only proposes columns too", async () => {
  const found = await inspect("empty.csv", "a,b\n");
  expect(found.columns.map(({ header, type }) => [header, type])).toEqual([
    ["a", "category"],
    ["b", "category"],
  ]);
  expect(found.target).toBeNull();
});
