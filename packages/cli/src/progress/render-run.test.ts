import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createPalette } from "../terminal/palette.js";
import { exampleEvents } from "../test/example-run.js";
import { describeProgress, renderRun } from "./render-run.js";
import { advance, type RunState } from "./run-state.js";

const training = exampleEvents.slice(0, 7).reduce<RunState | null>(advance, null)!;
const plain = createPalette(false);

test("a run in the middle of its training", () => {
  expect(renderRun(training, { palette: plain, width: 100, now: 26_000 })).toEqual([
    "house-prices  run 3f2a9c1e  25 s",
    "  ✓ ingest    21,613 rows in 5 batches  2.0 s",
    "  ✓ validate  21,600 accepted  done earlier",
    "  › train     [====            ] 2 of 8 trials, rmse 140,000  about 1 min 00 s left",
  ]);
});

test.each([1, 2, 20, 40, 69, 70, 200])("no line is wider than a terminal of %d columns", (width) => {
  for (const color of [true, false]) {
    const lines = renderRun(training, { palette: createPalette(color), width, now: 26_000 });
    for (const line of lines) expect([...stripVTControlCharacters(line)].length).toBeLessThanOrEqual(width);
  }
});

test("a narrow terminal loses the bar before it loses words", () => {
  const lines = renderRun(training, { palette: plain, width: 60, now: 26_000 });
  expect(lines[3]).toBe("  › train     2 of 8 trials, rmse 140,000  about 1 min 00 s…");
});

test("colours change no letter", () => {
  const coloured = renderRun(training, { palette: createPalette(true), width: 100, now: 26_000 });
  expect(coloured.join("")).toContain("\u001b[");
  expect(coloured.map(stripVTControlCharacters)).toEqual(renderRun(training, { palette: plain, width: 100, now: 26_000 }));
});

test("progress without a total or without a unit", () => {
  expect(describeProgress({ done: 1_500, total: null, unit: "rows", text: null })).toBe("1,500 rows");
  expect(describeProgress({ done: 0, total: null, unit: "", text: "starting" })).toBe("starting");
});
