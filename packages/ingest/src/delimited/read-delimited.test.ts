import { expect, test } from "vitest";
import type { SchemaNote } from "../formats/format.js";
import { chunksOf, collect } from "../test/collect-records.js";
import { type DelimitedOptions, readDelimited } from "./read-delimited.js";

async function read(
  text: string | Uint8Array,
  options: Partial<DelimitedOptions> = {},
): Promise<Awaited<ReturnType<typeof collect>>> {
  const notes: SchemaNote[] = [];
  return collect(readDelimited("x.csv", chunksOf(text), { delimiter: null, header: null, ...options }, notes));
}

const rows = async (text: string | Uint8Array): Promise<unknown[]> => (await read(text)).records.map(({ cells }) => cells);

test("cells, quotes, doubled quotes and embedded line ends", async () => {
  expect(await rows('a,b\n1,"x, ""y""\nz"\n,""\n')).toEqual([
    ["1", 'x, "y"\nz'],
    ["", ""],
  ]);
});

test("the line of a record is the physical line where it begins", async () => {
  const { records, rejected } = await read('a,b\n1,"x\ny"\n\n2\n3,4\r\n5,6\r7,8');
  expect(records.map(({ line, cells }) => [line, cells[0]])).toEqual([
    [2, "1"],
    [6, "3"],
    [7, "5"],
    [8, "7"],
  ]);
  expect(rejected).toEqual([{ line: 5, column: null, reason: "expected 2 fields, found 1", value: null, text: "2" }]);
});

test("a byte order mark, blanks around quoted cells, and blank lines are no data", async () => {
  expect(await rows('\uFEFFa, "b"\n\n1, "x" \n\n')).toEqual([["1", "x"]]);
});

test("a quote inside an unquoted cell is an ordinary character", async () => {
  expect(await rows('a,b\n5" pipe,it\'s "it"\n')).toEqual([['5" pipe', 'it\'s "it"']]);
});

test.each([
  [";", "a;b\n1,5;2\n"],
  ["\t", "a\tb\n1,5\t2\n"],
  ["|", "a|b\n1,5|2\n"],
])("the delimiter %j is detected", async (_, text) => {
  expect(await rows(text)).toEqual([["1,5", "2"]]);
});

test("a cell with the other delimiters in quotes does not mislead the detection", async () => {
  expect(await rows('a,b\n"1;2;3;4",x\n"5;6;7;8",y\n')).toEqual([
    ["1;2;3;4", "x"],
    ["5;6;7;8", "y"],
  ]);
});

test("a stray quote costs one record, not the rest of the file", async () => {
  const { records, rejected } = await read('a,b\n1,"open\n2,x\n3,"y"\n4,z\n');
  expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
    [3, "2", "x"],
    [4, "3", "y"],
    [5, "4", "z"],
  ]);
  expect(rejected).toEqual([{ line: 2, column: null, reason: "text after a closing quote", value: null, text: '1,"open' }]);
});

test("a quote that is never closed is rejected with the line where it opened, and the rows behind it are read", async () => {
  const { records, rejected } = await read('a,b\n1,"open\n2,x\n3,y\n');
  expect(records.map(({ line }) => line)).toEqual([3, 4]);
  expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([[2, "a quote is opened and never closed"]]);
});

test("an incomplete last line is quarantined as such; a whole one without line end is a row", async () => {
  const short = await read("a,b,c\n1,2,3\n4,5");
  expect(short.rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [3, "the last line is incomplete: expected 3 fields, found 2"],
  ]);
  const open = await read('a,b\n1,2\n3,"4');
  expect(open.rejected.map(({ line, reason }) => [line, reason])).toEqual([[3, "the last line is incomplete"]]);
  expect((await read("a,b\n1,2\n3,4")).records).toHaveLength(2);
});

test("too many fields in the last line are no truncation", async () => {
  expect((await read("a,b\n1,2,3")).rejected[0]?.reason).toBe("expected 2 fields, found 3");
});

test("of a text that is cut for certain, a last line without line end is no row", async () => {
  const source = { ...chunksOf("a,b\n1,2\n3,4"), cut: { because: "the gzip data end early" } };
  const { records, rejected } = await collect(readDelimited("x", source, { delimiter: ",", header: null }, []));
  expect(records).toHaveLength(1);
  expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([[3, "the last line is incomplete"]]);
});

test("records that are not UTF-8, or hold a NUL byte, are rejected alone", async () => {
  const bytes = Buffer.concat([Buffer.from("a,b\n1,é\n2,"), Buffer.from([0xe9]), Buffer.from("\n3,x\0y\n4,z\n")]);
  const { records, rejected } = await read(bytes);
  expect(records.map(({ cells }) => cells)).toEqual([
    ["1", "é"],
    ["4", "z"],
  ]);
  expect(rejected.map(({ line, reason, text }) => [line, reason, text])).toEqual([
    [3, "invalid UTF-8", "2,\uFFFD"],
    [4, "a NUL byte", "3,x\uFFFDy"],
  ]);
});

test("the text of a rejected record is cut at 2,000 characters", async () => {
  const { rejected } = await read(`a,b\n${"x".repeat(5_000)}\n`);
  expect(rejected[0]?.text).toBe("x".repeat(2_000));
});

test("names of a text without header can be given", async () => {
  const { records } = await read("1,2\n3,4\n", { header: ["a", "b"] });
  expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
    [1, "1", "2"],
    [2, "3", "4"],
  ]);
});

test.each([
  ["", "INGEST_NO_HEADER", "x.csv is empty"],
  ["\n\n", "INGEST_NO_HEADER", "x.csv is empty"],
  ["a,,b\n", "INGEST_HEADER_BLANK", "column 2"],
  ["a,b,a\n1,2,3\n", "INGEST_HEADER_DUPLICATE", '"a" more than once'],
  ['a,"b\n1,2\n', "INGEST_HEADER_BROKEN", "line 1"],
  ["# made by hand\na,b\n1,2\n3,4\n", "INGEST_HEADER_TITLE", "have 2"],
  [Buffer.from("\uFEFFa,b\n1,2\n", "utf16le"), "INGEST_NOT_UTF8", "UTF-16"],
  [Buffer.from("a,b\n1,2\n", "utf16le"), "INGEST_NOT_UTF8", "UTF-16"],
  [Buffer.from("a,n\xe9\n1,2\n", "latin1"), "INGEST_NOT_UTF8", "line 1"],
])("%j is one error with file and cure", async (text, code, part) => {
  const failure = read(text);
  await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(part), hint: expect.stringMatching(/./) });
  await expect(failure).rejects.toThrow(/x\.csv/);
});

test("a header of numbers is noted", async () => {
  const notes: SchemaNote[] = [];
  await collect(readDelimited("x.csv", chunksOf("1,b\n2,c\n"), { delimiter: null, header: null }, notes));
  expect(notes.map(({ kind }) => kind)).toEqual(["headerLooksLikeData"]);
});
