import { expect, test } from "vitest";
import { createPalette } from "./palette.js";
import { renderTable } from "./table.js";

const columns = [{ title: "version", align: "right" }, { title: "verdict" }, { title: "why" }] as const;
const rows = [
  ["1", "promoted", "first model"],
  ["12", "refused", ""],
];

test("columns are aligned and lines end with their last letter", () => {
  expect(renderTable(columns, rows, { palette: createPalette(false), width: 80 })).toEqual([
    "version  verdict   why",
    "      1  promoted  first model",
    "     12  refused",
  ]);
});

test("what does not fit is cut from the end", () => {
  const [, first] = renderTable(columns, rows, { palette: createPalette(false), width: 24 });
  expect(first).toBe("      1  promoted  firs…");
});
