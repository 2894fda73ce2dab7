import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chunksOf, collect } from "../test/collect-records.js";
import { readDelimited } from "./read-delimited.js";

fc.configureGlobal({ seed: 20261121 });

const LINE_ENDS = ["\n", "\r\n"] as const;
const DELIMITERS = [",", ";", "\t", "|"] as const;

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("", "a", "1.5", "-2", "né", "日本", "0") },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r\n", "é", "|", "\t", "x"), maxLength: 8 }),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }).map((text) => text.replaceAll("\0", "")) },
);

function quoted(text: string, delimiter: string): string {
  return /["\r\n]/.test(text) || text.includes(delimiter) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

const table = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  lineEnd: fc.constantFrom(...LINE_ENDS),
  endsWithLine: fc.boolean(),
  rows: fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 })),
});

function render({
  delimiter,
  lineEnd,
  endsWithLine,
  rows,
}: {
  delimiter: string;
  lineEnd: string;
  endsWithLine: boolean;
  rows: string[][];
}): string {
  const width = rows[0]!.length;
  const header = Array.from({ length: width }, (_, at) => `c${at}`).join(delimiter);
  const lines = rows.map((cells) => cells.map((text) => quoted(text, delimiter)).join(delimiter));
  return [header, ...lines].join(lineEnd) + (endsWithLine ? lineEnd : "");
}

const read = (text: string | Uint8Array, delimiter: string, ends: readonly number[] = []): ReturnType<typeof collect> =>
  collect(readDelimited("x", chunksOf(text, ends), { delimiter, header: null }, []));

/** csv-parse keeps blank lines out too, and takes a lone surrogate's replacement as it stands. */
function oracle(text: string, delimiter: string): string[][] {
  return parse(text, { delimiter, skip_empty_lines: true, record_delimiter: ["\r\n", "\n"], from: 2 });
}

test("reads what csv-parse reads", async () => {
  await fc.assert(
    fc.asyncProperty(table, async (given) => {
      const text = Buffer.from(render(given)).toString("utf8");
      const { records, rejected } = await read(text, given.delimiter);
      expect(rejected).toEqual([]);
      expect(records.map(({ cells }) => cells)).toEqual(oracle(text, given.delimiter));
    }),
    { numRuns: 300 },
  );
});

test("a record's line is one more than the line ends before it", async () => {
  await fc.assert(
    fc.asyncProperty(table, async (given) => {
      let line = 2;
      const expected: number[] = [];
      for (const cells of given.rows) {
        const text = cells.map((one) => quoted(one, given.delimiter)).join(given.delimiter);
        if (text !== "") expected.push(line);
        line += 1 + (text.match(/\r\n|\n|\r/g) ?? []).length;
      }
      const { records } = await read(render(given), given.delimiter);
      expect(records.map((record) => record.line)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

const mess = fc
  .array(fc.constantFrom("a", "1", '"', '""', ",", "\n", "\r", "\r\n", " ", "\t", "é", '"x"', ",\n"), { maxLength: 60 })
  .map((parts) => `h1,h2\n${parts.join("")}`);

test("where the pieces of a file end changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(mess, fc.array(fc.nat({ max: 80 }), { maxLength: 6 }), async (text, places) => {
      const ends = [...places].sort((left, right) => left - right).filter((end) => end < Buffer.byteLength(text));
      expect(await read(text, ",", ends)).toEqual(await read(text, ","));
    }),
    { numRuns: 500 },
  );
});

test("no text is lost: every line that is not blank begins, or lies in, one record", async () => {
  await fc.assert(
    fc.asyncProperty(mess, async (text) => {
      const { records, rejected } = await read(text, ",");
      const begun = [...records.map(({ line }) => line), ...rejected.map(({ line }) => line)].sort((left, right) => left - right);
      expect(new Set(begun).size).toBe(begun.length);
      const lines = text.split(/\r\n|\n|\r/);
      const cellsOf = (line: number): string => records.find((record) => record.line === line)?.cells.join("") ?? "";
      lines.forEach((content, at) => {
        if (at === 0 || content === "" || begun.includes(at + 1)) return;
        const owner = Math.max(...begun.filter((line) => line <= at));
        const isInside = /[\r\n]/.test(cellsOf(owner)) || rejected.some((row) => row.line === owner && /[\r\n]/.test(row.text));
        expect(isInside).toBe(true);
      });
    }),
    { numRuns: 500 },
  );
});

test("any bytes end in records, rejected rows, or one error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await read(bytes, ",").catch((error: { code?: string }) => expect(error.code).toMatch(/^INGEST_/));
    }),
    { numRuns: 300 },
  );
});
