import type { ColumnSchema, Frame } from "@atalaya/learn";
import { expect, test } from "vitest";
import { judgeFreshness } from "./freshness.js";

const HOUR = 3_600_000;
const received = new Date("2026-11-21T12:00:00Z");
const columns = [
  { name: "listed", from: ["listed"], type: "time", optional: false },
  { name: "sold", from: ["sold"], type: "time", optional: true },
  { name: "price", from: ["price"], type: "number", optional: false },
] as const satisfies ColumnSchema[];

function frame(listed: readonly number[], sold: readonly number[] = listed.map(() => Number.NaN)): Frame {
  const at = (hours: readonly number[]): Float64Array => Float64Array.from(hours, (each) => received.getTime() - each * HOUR);
  return {
    rowCount: listed.length,
    columns: new Map([
      ["listed", { kind: "time", values: at(listed) }],
      ["sold", { kind: "time", values: at(sold) }],
      ["price", { kind: "number", values: new Float64Array(listed.length).fill(9e15) }],
    ]),
  };
}

const judge = (rows: Frame, withinMs: number | null = 2 * HOUR) => judgeFreshness(rows, columns, withinMs, received);

test("the newest moment of any time column counts", () => {
  expect(judge(frame([90, 1.5, 50]))).toEqual({ stale: null, note: null });
  expect(judge(frame([90, 80], [Number.NaN, 2]))).toEqual({ stale: null, note: null });
});

test("an old batch is not fresh, and the reason says how old and what was allowed", () => {
  expect(judge(frame([90, 26])).stale).toBe("not fresh: its newest row is 26 h old (2026-11-20T10:00:00.000Z), more than 2 h");
  expect(judge(frame([Number.NaN])).stale).toBe("not fresh: no row has a time in listed or sold");
});

test("a clock that went back makes rows of the future: told, and not refused", () => {
  expect(judge(frame([-26]))).toEqual({ stale: null, note: expect.stringContaining("26 h in the future") });
  expect(judge(frame([-0.01])).note).toBeNull();
});

test("where nobody asked, or no row was accepted, nothing is said", () => {
  expect(judge(frame([9_000]), null)).toEqual({ stale: null, note: null });
  expect(judge(frame([]))).toEqual({ stale: null, note: null });
});
