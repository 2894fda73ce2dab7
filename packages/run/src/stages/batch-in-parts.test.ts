import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { column, dataset } from "@atalaya/define";
import { readBatch, readParquet } from "@atalaya/ingest";
import { concatenateFrames, frameOf } from "@atalaya/learn";
import type { QuarantinedRow } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { profileBatch } from "../artifacts/batch-profile.js";
import { RowSpool } from "../artifacts/row-spool.js";
import { LINE_COLUMN } from "../artifacts/silver.js";
import { quarantinedRows, readInParts } from "./batch-in-parts.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-parts-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const homes = dataset("homes", {
  price: column.number({ min: 1 }),
  city: column.category(),
  note: column.text().optional(),
  soldAt: column.time().optional(),
});
const ROWS = 20_000;
const lines = Array.from(
  { length: ROWS },
  (_, row) => `${row % 50 === 0 ? -1 : row},c${row % 9},n${row},${row % 2 === 0 ? "" : `2026-01-0${1 + (row % 8)}`}`,
);
const bytes = Buffer.from(["price,city,note,soldAt", ...lines].join("\n"));

async function all(rows: AsyncIterable<QuarantinedRow>): Promise<QuarantinedRow[]> {
  const found: QuarantinedRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

test("a batch in parts has the rows, lines and refusals of the whole, and nearly its quantiles", async () => {
  const definition = { dataset: homes.definition, checks: { maxRejected: 0.5, unique: [], freshWithinMs: null } };
  const input = { name: "homes.csv", bytes };
  const reading = await readInParts(input, definition, folder, 1_000);
  const whole = await readBatch(input, homes.definition.columns);
  expect(reading.files.length).toBeGreaterThan(1);
  expect([reading.read, reading.accepted, reading.rejected.count]).toEqual([ROWS, 0.98 * ROWS, 0.02 * ROWS]);
  const frames = await Promise.all(reading.files.map((path) => readParquet(path)));
  const { columns } = concatenateFrames(frames);
  const stored = columns.get(LINE_COLUMN);
  expect(stored).toEqual({ kind: "number", values: Float64Array.from(whole.lines) });
  const others = [...columns].filter(([name]) => name !== LINE_COLUMN);
  expect(frameOf(others)).toEqual(whole.accepted);
  const own = ({ line, column: name, reason, text }: QuarantinedRow) => ({ line, column: name, reason, text });
  expect(await all(quarantinedRows(reading, null))).toEqual(whole.rejected.map(own));
  const refused = await all(quarantinedRows(reading, "too many are bad"));
  expect(refused.length).toBe(ROWS);
  expect(refused.at(-1)).toEqual({ line: ROWS + 1, column: null, reason: "too many are bad", text: null });
  expect(reading.newest.columns.get("soldAt")).toEqual({ kind: "time", values: Float64Array.of(Date.UTC(2026, 0, 8)) });
  const profile = reading.profiler.finish(null);
  const exact = profileBatch(whole.accepted, homes.definition.columns, null);
  expect([profile.rows, profile.columns["city"], Object.keys(profile.columns)]).toEqual([
    exact.rows,
    exact.columns["city"],
    ["price", "city", "soldAt"],
  ]);
  const [price, exactPrice] = [profile.columns["price"], exact.columns["price"]];
  if (price?.kind !== "number" || exactPrice?.kind !== "number") throw new Error("no number");
  // Half a percent of the ranks, which here are the values.
  price.quantiles.forEach((value, place) => {
    expect(Math.abs(value - exactPrice.quantiles[place]!)).toBeLessThanOrEqual(0.005 * ROWS);
  });
});

test("refused rows beyond those in memory come back from a file as they were", async () => {
  const spool = new RowSpool(join(folder, "spool.jsonl"));
  const row = (line: number): QuarantinedRow => ({
    line,
    column: null,
    reason: "line\u2028end\r\n",
    text: line % 2 === 0 ? null : "a\u2029",
  });
  const given = Array.from({ length: 20_005 }, (_, line) => row(line));
  await spool.add(given.slice(0, 3));
  await spool.add(given.slice(3));
  expect(spool.count).toBe(20_005);
  expect(await all(spool)).toEqual(given);
});
