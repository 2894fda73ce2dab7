import { type ColumnSchema, type Frame, rowAsJson, rowReader } from "@atalaya/learn";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "../forms/lines.js";
import { rowsOfCsv } from "../forms/mlflow.js";
import { readPlainCsv, readPlainJson } from "./plain-rows.js";

const inputs: readonly ColumnSchema[] = [
  { name: "bed", from: ["bed"], type: "integer", min: 0, max: 50, optional: false },
  { name: "size", from: ["size"], type: "number", optional: true },
  { name: "state", from: ["state"], type: "category", levels: ["Ohio", "Utah", "Pöncé"], optional: true },
  { name: "street, \\ {", from: ["street"], type: "text", optional: true },
  { name: "sold", from: ["sold"], type: "boolean", optional: true },
  { name: "at", from: ["at"], type: "time", optional: true },
];

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0.1, -0, 1e21, 5e-324),
);
const row = fc.record({
  bed: fc.integer({ min: 0, max: 50 }),
  size: fc.option(number),
  state: fc.option(fc.constantFrom("Ohio", "Utah", "Pöncé")),
  "street, \\ {": fc.option(fc.oneof(fc.string(), fc.constantFrom("a b", "Straße", ""))),
  sold: fc.option(fc.boolean()),
  at: fc.option(fc.constantFrom("2026-05-01T00:00:00Z", "2026-05-01")),
});

function rowsOf(frame: Frame): unknown[] {
  return Array.from({ length: frame.rowCount }, (_, at) => rowAsJson(frame, at));
}

/** What the reader of whole values makes of them; null: it has a problem to tell. */
function read(rows: readonly unknown[]): unknown[] | null {
  const { frame, problems } = rowReader(inputs)(rows);
  return problems.length === 0 ? rowsOf(frame) : null;
}

function expectSame(frame: Frame | null, wanted: () => unknown[] | null): void {
  if (frame !== null) expect(rowsOf(frame)).toEqual(wanted());
}

describe("plain rows", () => {
  it("are those of JSON, however they are spaced", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.constantFrom(0, 1, "\t"), (rows, space) => {
        const text = JSON.stringify(rows, null, space);
        const frame = readPlainJson(Buffer.from(text), inputs, false);
        expectSame(frame, () => read(JSON.parse(text) as unknown[]));
        const isPlain = !/\\[^ ]|}|e[+-]?\d/.test(
          JSON.stringify(rows.map(({ "street, \\ {": street, ...rest }) => [street, rest.size])),
        );
        if (isPlain) expect(frame).not.toBeNull();
        expectSame(readPlainJson(Buffer.from(`{"rows": ${text}}`), inputs, false), () => read(JSON.parse(text) as unknown[]));
        const lines = rows.map((one) => JSON.stringify(one)).join("\n");
        expectSame(readPlainJson(Buffer.from(lines), inputs, true), () => read(JSON.parse(text) as unknown[]));
      }),
    );
  });

  it("are never read otherwise than by the reader of values, whatever bytes come", () => {
    const edit = fc.record({ at: fc.nat(), byte: fc.constantFrom(...Buffer.from('"{}[],:\\n0.-eE+ \n\r\tul1\xff9', "latin1")) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.array(edit, { maxLength: 3 }),
        fc.boolean(),
        (rows, edits, isLines) => {
          const text = isLines ? rows.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(rows);
          const body = Buffer.from(text);
          for (const { at, byte } of edits) body[at % body.length] = byte;
          const parsed = (): unknown[] | null => {
            if (!isLines) return read(JSON.parse(body.toString()) as unknown[]);
            const lines = readLines(body.toString());
            return lines.some(({ problem }) => problem !== null) ? null : read(lines.map((line) => line.row));
          };
          expectSame(readPlainJson(body, inputs, isLines), parsed);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("are those of CSV", () => {
    const names = inputs.map(({ name }) => name);
    const cell = fc.oneof(
      fc.constantFrom("", "1", "0", "true", "True", "false", "Ohio", "Pöncé", "007", "1.50", " 2", "-3.25", "1e3", "2026-05-01"),
      number.map(String),
    );
    const line = fc.array(cell, { minLength: names.length, maxLength: names.length }).map((cells) => cells.join(","));
    const good = fc.constantFrom("3,1.5,Ohio,a b,true,2026-05-01", "0,,,,,", "7,-0.001,Utah,x,0,", "");
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 8, arbitrary: good }, line), { minLength: 1, maxLength: 6 }), (lines) => {
        const text = lines.join("\n");
        const frame = readPlainCsv(Buffer.from(text), inputs, names);
        expectSame(frame, () => read(rowsOfCsv(text, inputs, names)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("with something else in them are left to others", () => {
    const plain = (text: string) => readPlainJson(Buffer.from(text), inputs, false);
    expect(plain('[{"bed":1},{"bed":2}]')?.rowCount).toBe(2);
    for (const text of [
      '[{"bed":1},{"bed":2}',
      '[{"bed":1},]',
      '[{"bed":1}]]',
      '[{"bed":1,"bed":2}]',
      '[{"bed":1},{"size":2,"bed":1}]',
      '[{"bed":1.5}]',
      '[{"bed":51}]',
      '[{"bed":01}]',
      '[{"bed":1,"bath":2}]',
      '[{"size":1}]',
      '{"rows":[{"bed":1}],"explain":true}',
      "[]",
      "",
    ]) {
      expect(plain(text), text).toBeNull();
    }
  });
});
