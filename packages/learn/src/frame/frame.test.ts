import { describe, expect, it } from "vitest";
import { readCell, rowAsJson, rowAsObject } from "./cell.js";
import { CategoryColumnBuilder, columnBuilder, NumericColumnBuilder } from "./column-builder.js";
import { concatenateFrames } from "./concatenate.js";
import { frameBuilder, frameOf, missingColumn } from "./frame-builder.js";
import { compactLevels, dropColumns, renameColumns, selectColumns, selectRows, withColumns } from "./select.js";

function categories(...values: (string | null)[]) {
  const builder = new CategoryColumnBuilder(1);
  for (const value of values) value === null ? builder.pushMissing() : builder.push(value);
  return builder.build();
}

function numbers(...values: number[]) {
  return { kind: "number", values: Float64Array.from(values) } as const;
}

describe("column builders", () => {
  it("grow past their first capacity and keep missing values", () => {
    const builder = new NumericColumnBuilder("number", 1);
    for (let row = 0; row < 1000; row++) builder.push(row);
    builder.pushMissing();
    const column = builder.build();
    expect(column.values.length).toBe(1001);
    expect(column.values[999]).toBe(999);
    expect(column.values[1000]).toBeNaN();
  });

  it("number levels in the order of first appearance", () => {
    const column = categories("b", null, "a", "b", "__proto__", "");
    expect(column.levels).toEqual(["b", "a", "__proto__", ""]);
    expect([...column.codes]).toEqual([0, -1, 1, 0, 2, 3]);
  });

  it("forget the last value on pop", () => {
    const builder = columnBuilder("time");
    builder.pushMissing();
    builder.pop();
    builder.pop();
    expect(builder.length).toBe(0);
  });
});

describe("frameBuilder", () => {
  it("refuses columns of different lengths, naming one", () => {
    const builder = frameBuilder([
      { name: "a", kind: "number" },
      { name: "b", kind: "category" },
    ]);
    builder.columns[0].pushMissing();
    expect(() => builder.build()).toThrow(expect.objectContaining({ code: "LEARN_FRAME_LENGTHS_DIFFER" }));
  });

  it("refuses two columns of one name", () => {
    const twice = [
      { name: "a", kind: "number" },
      { name: "a", kind: "number" },
    ] as const;
    expect(() => frameBuilder(twice).build()).toThrow('Two columns are called "a".');
  });
});

describe("selecting", () => {
  const frame = frameOf([
    ["size", numbers(10, Number.NaN, 30)],
    ["state", categories("x", "y", null)],
  ]);

  it("takes rows in any order, also twice", () => {
    const selected = selectRows(frame, [2, 0, 0]);
    expect(rowAsObject(selected, 0)).toEqual({ size: 30, state: null });
    expect(rowAsObject(selected, 2)).toEqual({ size: 10, state: "x" });
    expect(selected.rowCount).toBe(3);
  });

  it("takes, drops, adds and renames columns", () => {
    expect([...selectColumns(frame, ["state"]).columns.keys()]).toEqual(["state"]);
    expect([...dropColumns(frame, ["state", "nope"]).columns.keys()]).toEqual(["size"]);
    expect([...withColumns(frame, [["more", missingColumn("category", 3)]]).columns.keys()]).toEqual(["size", "state", "more"]);
    expect([...renameColumns(frame, new Map([["size", "area"]])).columns.keys()]).toEqual(["area", "state"]);
    expect(() => renameColumns(frame, new Map([["size", "state"]]))).toThrow('Two columns are called "state".');
    expect(() => selectColumns(frame, ["sise"])).toThrow('The table has no column "sise".');
  });

  it("drops levels without a row on request", () => {
    const selected = selectRows(frame, [1, 2]).columns.get("state");
    expect(selected?.kind === "category" && compactLevels(selected)).toEqual({
      kind: "category",
      codes: Int32Array.of(0, -1),
      levels: ["y"],
    });
  });
});

describe("concatenateFrames", () => {
  it("merges dictionaries and ignores the order of columns", () => {
    const first = frameOf([
      ["n", numbers(1)],
      ["c", categories("a")],
    ]);
    const second = frameOf([
      ["c", categories("b", "a", null)],
      ["n", numbers(2, Number.NaN, 4)],
    ]);
    const merged = concatenateFrames([first, second]);
    expect(Array.from({ length: 4 }, (_, row) => rowAsJson(merged, row))).toEqual([
      { n: 1, c: "a" },
      { n: 2, c: "b" },
      { n: null, c: "a" },
      { n: 4, c: null },
    ]);
    expect(merged.columns.get("c")).toMatchObject({ levels: ["a", "b"] });
  });

  it("names the column that differs", () => {
    const one = frameOf([["n", numbers(1)]]);
    expect(() => concatenateFrames([one, frameOf([["n", categories("1")]])])).toThrow(
      'The column "n" holds number values in one table and category values in another.',
    );
    expect(() => concatenateFrames([one, frameOf([["m", numbers(1)]])])).toThrow('The table has no column "m".');
    expect(concatenateFrames([]).rowCount).toBe(0);
  });
});

describe("cells", () => {
  it("are plain values, times as dates or ISO text", () => {
    const frame = frameOf([
      ["at", { kind: "time", values: Float64Array.of(0, 0.5, Number.NaN) }],
      ["sold", { kind: "boolean", values: Float64Array.of(1, 0, Number.NaN) }],
      ["__proto__", categories("x", "y", null)],
    ]);
    expect(readCell(frame.columns.get("at")!, 0)).toEqual(new Date(0));
    const first = rowAsJson(frame, 0);
    expect(Object.entries(first)).toEqual([
      ["at", "1970-01-01T00:00:00.000Z"],
      ["sold", true],
      ["__proto__", "x"],
    ]);
    expect(Object.getPrototypeOf(first)).toBe(Object.prototype);
    expect(rowAsJson(frame, 1).at).toBe(0.5);
    expect(Object.values(rowAsJson(frame, 2))).toEqual([null, null, null]);
  });
});
