import type { ColumnSchema, Frame, FrameColumn } from "@atalaya/learn";
import { expect, test } from "vitest";
import { profileBatch } from "./batch-profile.js";

const columns: ColumnSchema[] = [
  { name: "size", type: "number", from: ["size"], optional: true },
  { name: "state", type: "category", from: ["state"], optional: true },
  { name: "street", type: "text", from: ["street"], optional: false },
];
function frame(sizes: readonly number[], states: readonly (string | null)[]): Frame {
  const levels = [...new Set(states.filter((state) => state !== null))];
  const state: FrameColumn = {
    kind: "category",
    codes: Int32Array.from(states, (s) => (s === null ? -1 : levels.indexOf(s))),
    levels,
  };
  const size: FrameColumn = { kind: "number", values: Float64Array.from(sizes) };
  const columns = new Map<string, FrameColumn>([
    ["size", size],
    ["state", state],
    ["street", state],
  ]);
  return { rowCount: sizes.length, columns };
}
const sizes = Array.from({ length: 101 }, (_, row) => 500 + 10 * row);
const states = Array.from({ length: 101 }, (_, row) => (row % 2 === 0 ? "NY" : null));

test("counts, quantiles and levels, and nothing of free texts", () => {
  const profile = profileBatch(frame(sizes, states), columns, null);
  expect(profile).toEqual({
    rows: 101,
    columns: {
      size: { kind: "number", missing: 0, quantiles: [500, 510, 550, 750, 1000, 1250, 1450, 1490, 1500] },
      state: { kind: "category", missing: 50, levels: [{ level: "NY", rows: 51 }], otherRows: 0 },
    },
    changes: [],
  });
});

test("names what changed since the batch before", () => {
  const before = profileBatch(frame(sizes, states), columns, null);
  const changes = (now: Frame) => profileBatch(now, columns, before).changes;
  expect(
    changes(
      frame(
        sizes.map((size) => size + 40),
        states,
      ),
    ),
  ).toEqual([]);
  expect(
    changes(
      frame(
        sizes.map((size) => size / 10.7639),
        states,
      ),
    ),
  ).toEqual(["size is smaller by a factor of 10.76, as of ft² and m²: another unit?"]);
  expect(
    changes(
      frame(
        sizes.map(() => Number.NaN),
        states,
      ),
    ),
  ).toEqual(["size has no value any more: lost in the source?"]);
  expect(
    changes(
      frame(
        sizes,
        states.map((state) => (state === null ? "PR" : state)),
      ),
    ),
  ).toEqual(['state has new levels: "PR" (50 %)']);
  const lost = profileBatch(
    frame(
      sizes.map(() => Number.NaN),
      states,
    ),
    columns,
    null,
  );
  expect(profileBatch(frame(sizes, states), columns, lost).changes).toEqual([
    "size has values for the first time: new in the source?",
  ]);
});
