import { expect, test } from "vitest";
import { readRows } from "./read-rows.js";

async function rowsOf(name: string, text: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readRows({ name, bytes: Buffer.from(text) })) rows.push(row);
  return rows;
}

test("every record as it came, by the names of the source, malformed ones as text and in their place", async () => {
  expect(await rowsOf("a.csv", 'n,__proto__\n1,a\n2\n,"b ""c"""\n')).toEqual([
    {
      line: 2,
      row: Object.fromEntries([
        ["n", "1"],
        ["__proto__", "a"],
      ]),
    },
    { line: 3, row: "2" },
    {
      line: 4,
      row: Object.fromEntries([
        ["n", null],
        ["__proto__", 'b "c"'],
      ]),
    },
  ]);
  expect(await rowsOf("a.jsonl", '{"n":1,"x":{"y":[1]}}\n{"n":null,"s":"t"}\n7\n')).toMatchObject([
    { line: 1, row: { n: 1, x: { y: [1] } } },
    { line: 2, row: { n: null, s: "t" } },
    { line: 3, row: "7" },
  ]);
});
