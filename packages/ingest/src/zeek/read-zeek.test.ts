import { type ColumnSchema, rowAsJson } from "@atalaya/learn";
import { expect, test } from "vitest";
import { type BatchReading, readBatch } from "../contract/read-batch.js";

const columns: readonly ColumnSchema[] = [
  { name: "at", from: ["ts"], type: "time", optional: false },
  { name: "srcIp", from: ["id.orig_h"], type: "category", optional: false },
  { name: "bytes", from: ["orig_bytes"], type: "integer", optional: true, min: 0 },
  { name: "parents", from: ["tunnel_parents"], type: "text", optional: true },
  { name: "label", from: ["label"], type: "category", optional: true },
  { name: "detail", from: ["detailed-label"], type: "category", optional: true },
];

const HEAD =
  "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2019-03-15-14-50-49\n";
const FIELDS = "#fields\tts\tid.orig_h\torig_bytes\ttunnel_parents";
const read = (text: string): Promise<BatchReading> => readBatch({ name: "conn.log", bytes: Buffer.from(text) }, columns);
const rowsOf = ({ accepted }: BatchReading): unknown[] =>
  Array.from({ length: accepted.rowCount }, (_, row) => rowAsJson(accepted, row));

test("unset and empty are missing, 0 is a value, times are seconds, and a log without #close is fine", async () => {
  const reading = await read(
    `${HEAD}${FIELDS}\n#types\ttime\taddr\tcount\tset[string]\n1545403816.962094\t10.0.0.1\t-\t(empty)\n1545403817\t10.0.0.2\t0\tC1,C2\n`,
  );
  expect(reading.format).toBe("zeek");
  expect(rowsOf(reading)).toEqual([
    { at: 1545403816962.094, srcIp: "10.0.0.1", bytes: null, parents: null, label: null, detail: null },
    { at: "2018-12-21T14:50:17.000Z", srcIp: "10.0.0.2", bytes: 0, parents: "C1,C2", label: null, detail: null },
  ]);
  expect([...reading.lines]).toEqual([9, 10]);
});

test("names and values that are joined by three blanks, as in the labelled IoT-23 logs, are taken apart", async () => {
  const reading = await read(
    `${HEAD}${FIELDS}   label   detailed-label\n1\ta\t5\t-   Malicious   C&C\n2\tb\t5\t(empty)   Benign   -\n3\tc\t5\t-   Benign\n#close\t2019\n`,
  );
  expect(rowsOf(reading)).toMatchObject([
    { parents: null, label: "Malicious", detail: "C&C" },
    { parents: null, label: "Benign", detail: null },
  ]);
  expect(reading.rejected.map(({ line, reason }) => [line, reason])).toEqual([[10, "expected 6 fields, found 5"]]);
  expect(reading.read).toBe(3);
});

test("logs that were joined to one file, with other fields from some line on", async () => {
  const reading = await read(
    `${HEAD}${FIELDS}\n1\ta\t5\t-\n#close\tx\n${HEAD}#fields\torig_bytes\tlabel\tts\tid.orig_h\n7\tx\t2\tb\n${HEAD}${FIELDS}\n3\tc\t-\t-\n`,
  );
  expect(rowsOf(reading)).toMatchObject([
    { srcIp: "a", bytes: 5, label: null },
    { srcIp: "b", bytes: 7, label: "x" },
    { srcIp: "c", bytes: null, label: null },
  ]);
  expect([...reading.lines]).toEqual([8, 17, 25]);
  expect(reading.notes.filter(({ kind }) => kind === "repeatedHeader").map(({ message }) => message)).toEqual([
    "conn.log, line 16: other fields from here on.",
    "conn.log, line 24: other fields from here on.",
  ]);
});

test("rows with too few fields are rejected with their line, an incomplete last one as such", async () => {
  const reading = await read(`${FIELDS}\n1\ta\n2\tb\t-\t-\n3\tc`);
  expect(reading.rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [2, "expected 4 fields, found 2"],
    [4, "the last line is incomplete: expected 4 fields, found 2"],
  ]);
});

test("quotes are ordinary characters, and \\x escapes are undone", async () => {
  const reading = await read(`${FIELDS}\n1\t"a\t5\ta\\x09b\\xc3\\xa9\n2\tb\t5\tx\n`);
  expect(rowsOf(reading)).toMatchObject([
    { srcIp: '"a', parents: "a\tbé" },
    { srcIp: "b", parents: "x" },
  ]);
});

test.each([
  ["1\ta\t5\t-\n", "a row comes before the #fields line", { format: "zeek" as const }],
  ["#separator \\x09\n#path\tconn\n", "there is no #fields line", {}],
  ["#fields\tts\tts\n", 'names "ts" more than once', {}],
  ["#separator \\x09\\x20\n", "#separator is not one character", {}],
])("%j is one error", async (text, part, more) => {
  await expect(readBatch({ name: "conn.log", bytes: Buffer.from(text), ...more }, columns)).rejects.toMatchObject({
    code: "INGEST_ZEEK_HEADER",
    message: expect.stringMatching(new RegExp(`^conn\\.log, line \\d+: .*${part}`)),
    hint: expect.stringContaining("#fields"),
  });
});

test("JSON logs leave unset fields out", async () => {
  const reading = await read(
    '{"ts":1575413096.052279,"id.orig_h":"10.0.0.1","orig_bytes":242}\n{"ts":1575413097,"id.orig_h":"10.0.0.2"}\n',
  );
  expect(reading.format).toBe("jsonl");
  expect(rowsOf(reading)).toMatchObject([{ at: 1575413096052.279, bytes: 242 }, { bytes: null }]);
});
