import type { ColumnSchema } from "@atalaya/learn";
import { expect, test } from "vitest";
import { csvLine, mapColumns, readCell } from "./csv-columns.js";

const column = (name: string, more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  from: [name],
  type: "number",
  optional: false,
  ...more,
});
const inputs = [
  column("houseSize", { from: ["house_size"] }),
  column("bed", { optional: true }),
  column("state", { type: "category" }),
];

test("columns are found by name, by their name in the source, and by the nearest name; each once", () => {
  const { positions, renamed, missing, unknown, ignored } = mapColumns(["house_size", "State", "colour"], inputs);
  expect(Object.fromEntries(positions)).toEqual({ houseSize: 0, state: 1 });
  expect(renamed).toEqual([
    { from: "house_size", to: "houseSize" },
    { from: "State", to: "state" },
  ]);
  expect([missing, unknown, ignored]).toEqual([[], ["bed"], ["colour"]]);
});

test("what the model needs and the file lacks is named", () => {
  expect(mapColumns(["colour"], inputs)).toMatchObject({
    missing: ["houseSize", "state"],
    unknown: ["bed"],
    ignored: ["colour"],
  });
});

test("the own name goes before the name in the source", () => {
  expect(Object.fromEntries(mapColumns(["house_size", "houseSize"], inputs).positions)).toMatchObject({ houseSize: 1 });
});

test.each([
  [{ type: "number" }, " 1.5 ", 1.5],
  [{ type: "number" }, "1e400", "1e400"],
  [{ type: "number" }, "", null],
  [{ type: "integer" }, "three", "three"],
  [{ type: "boolean" }, "Yes", true],
  [{ type: "boolean" }, "0", false],
  [{ type: "boolean" }, "perhaps", "perhaps"],
  [{ type: "time" }, "2026-11-21 09:30:00", "2026-11-21T09:30:00Z"],
  [{ type: "time" }, "2026-11-21T09:30:00+02:00", "2026-11-21T09:30:00+02:00"],
  [{ type: "category" }, "98059.0", "98059"],
  [{ type: "category" }, "new york", "new york"],
] as const)("%o reads %j as %j", (schema, text, cell) => expect(readCell(column("a", schema), text)).toBe(cell));

test("a line of CSV quotes what must be quoted and lets no formula out", () => {
  expect(csvLine(["a,b", 'say "hi"', "two\nlines", -3, null, "=1+1", "-cmd", "-3", "+44"])).toBe(
    `"a,b","say ""hi""","two\nlines",-3,,'=1+1,'-cmd,-3,'+44\r\n`,
  );
});
