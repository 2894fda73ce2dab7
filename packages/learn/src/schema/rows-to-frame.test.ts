import { describe, expect, it } from "vitest";
import { rowAsJson } from "../frame/cell.js";
import type { ColumnSchema } from "./column-schema.js";
import { MOST_PROBLEMS, rowsToFrame } from "./rows-to-frame.js";

const inputs: readonly ColumnSchema[] = [
  { name: "bed", from: [], type: "integer", min: 0, max: 50, optional: false },
  { name: "houseSize", from: [], type: "number", min: 100, unit: "ft²", optional: true },
  { name: "status", from: [], type: "category", levels: ["for_sale", "sold"], optional: true },
  { name: "city", from: [], type: "text", optional: true },
  { name: "pool", from: [], type: "boolean", optional: true },
  { name: "listed", from: [], type: "time", optional: true },
];

const problemsOf = (row: unknown) => rowsToFrame(inputs, [row]).problems;

describe("rowsToFrame", () => {
  it("reads good rows; 0, false and empty text are values", () => {
    const { frame, problems } = rowsToFrame(inputs, [
      { bed: 0, houseSize: 100, status: "sold", city: "", pool: false, listed: "1970-01-01T00:00:00Z" },
      { bed: 3 },
      { bed: 3, houseSize: null, status: null, city: null, pool: null, listed: null },
      { bed: 1, listed: 1.5 },
    ]);
    expect(problems).toEqual([]);
    expect(rowAsJson(frame, 0)).toEqual({
      bed: 0,
      houseSize: 100,
      status: "sold",
      city: "",
      pool: false,
      listed: "1970-01-01T00:00:00.000Z",
    });
    const onlyBed = { bed: 3, houseSize: null, status: null, city: null, pool: null, listed: null };
    expect(rowAsJson(frame, 1)).toEqual(onlyBed);
    expect(rowAsJson(frame, 2)).toEqual(onlyBed);
    expect(rowAsJson(frame, 3).listed).toBe(1.5);
  });

  it.each<[unknown, string, string, string]>([
    [{ bed: "3" }, "bed", "a whole number from 0 to 50", '"3"'],
    [{ bed: 2.5 }, "bed", "a whole number from 0 to 50", "2.5"],
    [{ bed: 51 }, "bed", "a whole number from 0 to 50", "51"],
    [{ bed: -1 }, "bed", "a whole number from 0 to 50", "-1"],
    [{ bed: null }, "bed", "a whole number from 0 to 50", "null"],
    [{}, "bed", "a whole number from 0 to 50", "nothing"],
    [{ bed: true }, "bed", "a whole number from 0 to 50", "true"],
    [{ bed: [3] }, "bed", "a whole number from 0 to 50", "a list"],
    [{ bed: Number.NaN }, "bed", "a whole number from 0 to 50", "NaN"],
    [JSON.parse('{"bed": 1e400}'), "bed", "a whole number from 0 to 50", "Infinity"],
    [{ bed: 1, houseSize: "1e400" }, "houseSize", "a number of at least 100 ft², or null", '"1e400"'],
    [{ bed: 1, houseSize: 0 }, "houseSize", "a number of at least 100 ft², or null", "0"],
    [{ bed: 1, status: "" }, "status", 'one of "for_sale", "sold", or null', '""'],
    [{ bed: 1, city: 12 }, "city", "text, or null", "12"],
    [{ bed: 1, pool: 0 }, "pool", "true or false, or null", "0"],
    [
      { bed: 1, listed: "yesterday" },
      "listed",
      'a time such as "2026-11-21T09:30:00Z", or milliseconds since 1970, or null',
      '"yesterday"',
    ],
    [{ bed: 1, listed: 1e300 }, "listed", 'a time such as "2026-11-21T09:30:00Z", or milliseconds since 1970, or null', "1e+300"],
  ])("%j: %s should be %s", (row, field, expected, received) => {
    expect(problemsOf(row)).toEqual([{ row: 0, field, expected, received }]);
  });

  it("suggests the level and the field that were meant", () => {
    expect(problemsOf({ bed: 1, status: "Sold" })).toEqual([expect.objectContaining({ field: "status", suggestion: "sold" })]);
    expect(problemsOf({ bed: 1, house_size: 5 })).toEqual([
      { row: 0, field: "house_size", expected: "no such field", received: "5", suggestion: "houseSize" },
    ]);
    expect(problemsOf({ bed: 1, price: 5 })).toEqual([{ row: 0, field: "price", expected: "no such field", received: "5" }]);
  });

  it("reports every wrong field of every row", () => {
    const { problems, frame } = rowsToFrame(inputs, [{ bed: 1 }, { bed: "x", pool: "y" }, 7, null, []]);
    expect(problems.map(({ row, field }) => [row, field])).toEqual([
      [1, "bed"],
      [1, "pool"],
      [2, null],
      [3, null],
      [4, null],
    ]);
    expect(frame.rowCount).toBe(5);
  });

  it.each([[undefined], [null], [{ bed: 1 }], ["[]"], [12]])("wants a list, not %j", (rows) => {
    expect(rowsToFrame(inputs, rows).problems).toEqual([
      expect.objectContaining({ row: null, field: null, expected: "a list of rows" }),
    ]);
  });

  it("is not misled by keys of the prototype", () => {
    const hostile = JSON.parse('{"bed": 1, "__proto__": {"houseSize": 1}, "constructor": 1, "toString": null}');
    expect(problemsOf(hostile).map(({ field }) => field)).toEqual(["__proto__", "constructor", "toString"]);
    const odd: ColumnSchema = { name: "__proto__", from: [], type: "number", optional: false };
    expect(rowsToFrame([odd], [JSON.parse('{"__proto__": 4}')]).problems).toEqual([]);
    expect(rowsToFrame([odd], [{}]).problems).toEqual([expect.objectContaining({ field: "__proto__", received: "nothing" })]);
    expect(({} as Record<string, unknown>).houseSize).toBeUndefined();
  });

  it("stops after so many problems and cuts long values", () => {
    const long = { [`x${"y".repeat(100_000)}`]: "z".repeat(100_000), bed: "q".repeat(100_000) };
    const { problems } = rowsToFrame(
      inputs,
      Array.from({ length: 10_000 }, () => long),
    );
    expect(problems.length).toBe(MOST_PROBLEMS);
    expect(JSON.stringify(problems[0]).length + JSON.stringify(problems[1]).length).toBeLessThan(800);
  });
});
