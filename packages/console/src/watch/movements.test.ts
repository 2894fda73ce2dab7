import type { DriftDecision } from "@atalaya/api";
import { expect, test } from "vitest";
import { movementsOf, timelines } from "./movements.js";

function decision(statistics: unknown): DriftDecision {
  const rest = { version: 1, rule: "r", verdict: "stable", decision: "wait", trigger: null, rows: 9, reasons: [] };
  return { at: "2026-11-21T09:30:00.000Z", run: "r", statistics, ...rest };
}

const size = { name: "size", distance: 0.2, psi: 0.1, corrected: 0.01, moved: true, rows: 9 };

test("features stand by the largest effect, with a gap where they were not judged", () => {
  const all = [decision({ features: [{ ...size, name: "rooms", distance: 0.1 }] }), decision({}), decision({ features: [size] })];
  expect(
    timelines(all).map(({ name, largest, movements }) => [name, largest, movements.map((each) => each?.distance ?? null)]),
  ).toEqual([
    ["size", 0.2, [null, null, 0.2]],
    ["rooms", 0.1, [0.1, null, null]],
  ]);
});

test.each([null, {}, { features: 3 }, { features: [null, { name: "size" }, "x"] }])("%j says nothing", (statistics) => {
  expect(movementsOf({ statistics })).toEqual([]);
});
