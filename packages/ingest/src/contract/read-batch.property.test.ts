import type { ColumnSchema } from "@atalaya/learn";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readBatch } from "./read-batch.js";

fc.configureGlobal({ seed: 20261121 });

const cell = fc.oneof(
  fc.constantFrom("", "1", "2.5", "-3", "1,000", "NA", "x", "true", "2020-01-02", "2/30/2020", '"', "a\nb", "é", "1e999", "0x1"),
  fc.string({ maxLength: 4 }),
);
const type = fc.constantFrom("number", "integer", "category", "text", "boolean", "time" as const);

test("counts always add up, and every row of a batch is in one place", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(type, { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 20 }),
      fc.boolean(),
      async (types, rows, optional) => {
        const columns = types.map((one, at): ColumnSchema => ({ name: `c${at}`, from: [], type: one, optional }));
        const lines = rows.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(","));
        const text = [columns.map(({ name }) => name).join(","), ...lines].join("\n");
        const reading = await readBatch({ name: "x.csv", bytes: Buffer.from(text), delimiter: "," }, columns, { unique: ["c0"] });
        expect(reading.read).toBe(rows.length);
        expect(reading.accepted.rowCount + reading.rejected.length).toBe(rows.length);
        const all = [...reading.lines, ...reading.rejected.map(({ line }) => line)];
        expect(new Set(all).size).toBe(rows.length);
        for (const { kind, ...one } of reading.accepted.columns.values()) {
          const values = "values" in one ? one.values : one.codes;
          expect(values).toHaveLength(reading.accepted.rowCount);
          if (kind !== "category") expect([...values].every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
