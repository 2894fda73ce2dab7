import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactLevels, concatenateFrames, type Frame, frameOf, rowAsJson, selectRows } from "@atalaya/learn";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pickRows } from "./pick-rows.js";
import { RowStream } from "./row-stream.js";
import { RowTable } from "./row-table.js";
import { RowsWriter } from "./rows-writer.js";
import type { StoredRows } from "./stored-rows.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-stored-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cell = fc.record({
  size: fc.oneof(fc.constant(Number.NaN), fc.double({ noNaN: true })),
  city: fc.constantFrom("", "a", "b\n", "ñ", "\u2028", null),
  isNew: fc.constantFrom(0, 1, Number.NaN),
});
const cells = fc.array(cell, { minLength: 1, maxLength: 60 });
type Cell = typeof cell extends fc.Arbitrary<infer Value> ? Value : never;

function frameOfCells(all: readonly Cell[]): Frame {
  const levels = ["ñ", "b\n", "never", "a", "", "\u2028"];
  return frameOf([
    ["size", { kind: "number", values: Float64Array.from(all, ({ size }) => size) }],
    [
      "city",
      { kind: "category", codes: Int32Array.from(all, ({ city }) => (city === null ? -1 : levels.indexOf(city))), levels },
    ],
    ["isNew", { kind: "boolean", values: Float64Array.from(all, ({ isNew }) => isNew) }],
  ]);
}

const rowsOf = (frame: Frame): unknown[] => Array.from({ length: frame.rowCount }, (_, row) => rowAsJson(frame, row));

/** The same rows in memory and in a file, in blocks of so many; they came in frames of some sizes. */
function stored(frame: Frame, blockRows: number, cuts: readonly number[], memoryBytes: number): StoredRows {
  const writer = new RowsWriter({ blockRows, memoryBytes, folder });
  const ends = [...new Set([...cuts.map((cut) => cut % frame.rowCount), frame.rowCount])].sort((one, other) => one - other);
  let begin = 0;
  for (const end of ends) {
    writer.append(
      selectRows(
        frame,
        Uint32Array.from({ length: end - begin }, (_, row) => begin + row),
      ),
    );
    begin = end;
  }
  return writer.finish();
}

async function framesOf(stream: RowStream, columns?: readonly string[]): Promise<Frame[]> {
  const frames: Frame[] = [];
  let next = 0;
  for await (const { frame, firstRow } of stream.blocks(columns)) {
    expect(firstRow).toBe(next);
    next += frame.rowCount;
    frames.push(frame);
  }
  return frames;
}

test("rows are the same in memory and in a file, by any blocks; a file leaves nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(
      cells,
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.constantFrom(0, 100, 1e9),
      fc.infiniteStream(fc.nat()),
      async (all, blockRows, cuts, memoryBytes, picked) => {
        const frame = frameOfCells(all);
        const rows = stored(frame, blockRows, cuts, memoryBytes);
        expect([rows.rowCount, rows.blockCount]).toEqual([all.length, Math.ceil(all.length / blockRows)]);
        const frames = await framesOf(new RowStream(rows));
        expect(rowsOf(concatenateFrames(frames))).toEqual(rowsOf(frame));
        for (const block of frames) {
          const city = block.columns.get("city");
          if (city?.kind === "category") expect(compactLevels(city)).toEqual(city);
        }
        const some = Uint32Array.from(all.keys()).filter((row) => row % 3 !== 1);
        const stream = new RowStream(rows, some);
        expect(rowsOf(await stream.gather(["size", "city", "isNew"]))).toEqual(rowsOf(selectRows(frame, some)));
        expect([...(await stream.gather(["city"])).columns.keys()]).toEqual(["city"]);
        expect(rowsOf(await stream.first(2).gather())).toEqual(rowsOf(selectRows(frame, some.slice(0, 2))));
        const order = Uint32Array.from({ length: 2 * all.length }, () => (picked.next().value ?? 0) % all.length);
        const gathered = await pickRows(rows, order, { blockRows: 7, memoryBytes, folder, windowRows: 5 });
        expect(rowsOf(await new RowStream(gathered).gather())).toEqual(rowsOf(selectRows(frame, order)));
        expect([...new RowTable(rows, order)].map((row) => JSON.parse(JSON.stringify(row)) as unknown)).toEqual(
          rowsOf(selectRows(frame, order)).map((row) => JSON.parse(JSON.stringify(row)) as unknown),
        );
        rows.close();
        expect(() => rows.read(0)).toThrow(RangeError);
        gathered.close();
      },
    ),
    { numRuns: 60, seed: 7 },
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("a sample is evenly spread and always the same; all rows where there are no more", () => {
  const rows = stored(frameOfCells(Array.from({ length: 10 }, () => ({ size: 1, city: "a", isNew: 1 }))), 3, [], 1e9);
  expect(new RowStream(rows).sample(4).positions).toEqual(Uint32Array.of(0, 2, 5, 7));
  expect(new RowStream(rows, Uint32Array.of(1, 4, 9)).sample(2).positions).toEqual(Uint32Array.of(1, 4));
  const stream = new RowStream(rows);
  expect(stream.sample(10)).toBe(stream);
});
