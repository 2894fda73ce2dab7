import { expect, test } from "vitest";
import { BatchSequence } from "./batch-sequence.js";

const table = {
  rowCount: 5,
  skipped: 0,
  columns: ["n"],
  rowsAsJson: (from: number, to: number) => Array.from({ length: to - from }, (_, row) => from + row).join(","),
};
const asker = { group: "5", day: "Tuesday" };
const dataOf = (body: string): unknown => (JSON.parse(body) as { data: unknown }).data;

test("a batch that is still to come is no batch yet, and comes later in its place", () => {
  let released = 1;
  const sequence = new BatchSequence(table, () => released);
  const next = () => {
    const { body, given } = sequence.next(asker, 2);
    given();
    return dataOf(body);
  };
  expect([next(), next(), dataOf(sequence.at(asker, 2, 2))]).toEqual([[0, 1], [], []]);
  released = 3;
  expect([next(), next(), next(), dataOf(sequence.at(asker, 2, 2))]).toEqual([[2, 3], [4], [], [2, 3]]);
});
