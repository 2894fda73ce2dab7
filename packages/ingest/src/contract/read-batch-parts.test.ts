import { type ColumnSchema, type ColumnType, concatenateFrames, rowAsJson } from "@atalaya/learn";
import { expect, test } from "vitest";
import type { BatchPart } from "./contract-reader.js";
import { readBatch, readBatchParts } from "./read-batch.js";

const column = (name: string, type: ColumnType): ColumnSchema => ({ name, from: [name], type, optional: true });
const columns = [column("id", "text"), column("city", "category"), column("price", "number"), column("sold", "boolean")];

/** Cities come back after others, ids are all different, some rows are bad, some come twice. */
function batch(rows: number): Buffer {
  const lines = ["id,city,price,sold"];
  for (let row = 0; row < rows; row++) {
    const price = row % 97 === 0 ? "dear" : row % 5 === 0 ? "" : String(row);
    lines.push(`home ${row % 11_003},City ${Math.floor(row / 7) % 13},${price},${row % 2 === 0 ? "yes" : "no"}`);
  }
  return Buffer.from(lines.join("\n"));
}

test.each([{ unique: [] }, { unique: ["id"] }])(
  "parts of a batch are the batch, whatever their size: $unique",
  async (checks) => {
    const input = { name: "homes.csv", bytes: batch(20_000) };
    const whole = await readBatch(input, columns, checks);
    const parts: BatchPart[] = [];
    const onPart = (part: BatchPart): void => void parts.push(part);
    const facts = await readBatchParts(input, columns, checks, { rowsAtOnce: 1, onPart });
    expect(parts.length).toBeGreaterThan(1);
    expect([facts.read, facts.format, facts.notes]).toEqual([20_000, "csv", []]);
    expect(parts.flatMap(({ rejected }) => rejected)).toEqual(whole.rejected);
    expect(parts.flatMap(({ lines }) => [...lines])).toEqual([...whole.lines]);
    expect(concatenateFrames(parts.map(({ accepted }) => accepted))).toEqual(whole.accepted);
    for (const { accepted, lines } of parts) {
      // A part's dictionary is its own: the first level is that of its first row.
      const city = accepted.columns.get("city");
      if (lines.length > 0 && city?.kind === "category") expect(rowAsJson(accepted, 0)["city"]).toBe(city.levels[0]);
    }
  },
);

test("a batch without rows has one part, with its columns", async () => {
  const parts: BatchPart[] = [];
  const onPart = (part: BatchPart): void => void parts.push(part);
  const facts = await readBatchParts({ name: "homes.csv", bytes: batch(0) }, columns, {}, { rowsAtOnce: 10, onPart });
  expect([facts.read, parts.length, [...(parts[0]?.accepted.columns.keys() ?? [])]]).toEqual([
    0,
    1,
    ["id", "city", "price", "sold"],
  ]);
});
