import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { createTerminal, type OutputStream } from "../terminal/terminal.js";
import { collectingStream } from "../test/collecting-stream.js";
import { exampleEvents, exampleResult } from "../test/example-run.js";
import { createScreen } from "../test/screen.js";
import { createProgress } from "./progress.js";

function terminal(stdout: OutputStream, stderr: OutputStream, json = false) {
  return createTerminal({ stdout, stderr, stdin: Readable.from([]), json, color: false });
}

test("a pipe gets lines that are never taken back", () => {
  const stdout = collectingStream();
  const progress = createProgress(terminal(stdout, collectingStream()));
  for (const event of exampleEvents) progress.onEvent(event);
  progress.end();
  expect(stdout.text().split("\n")).toEqual([
    "house-prices: run 3f2a9c1e starts, 3 steps",
    "house-prices: ingest: batch 2 repeats batch 1",
    "house-prices: ingest: 21,613 rows in 5 batches (2.0 s)",
    "house-prices: validate: 21,600 accepted (done earlier)",
    "house-prices: train: 2 of 8 trials, rmse 140,000",
    "house-prices: train: 8 trials, rmse 132,480 (35 s)",
    "",
  ]);
});

test("progress by the thousand becomes a line every ten seconds", () => {
  const stdout = collectingStream();
  const progress = createProgress(terminal(stdout, collectingStream()));
  const { run, pipeline } = exampleResult;
  const common = { run, pipeline, step: "ingest" } as const;
  progress.onEvent({ type: "step-started", ...common, at: 0 });
  for (let at = 0; at <= 30_000; at += 10) {
    progress.onEvent({ type: "step-progress", ...common, done: at, total: null, unit: "rows", text: null, at });
  }
  expect(stdout.text()).toBe(
    "house-prices: ingest: 10,000 rows\nhouse-prices: ingest: 20,000 rows\nhouse-prices: ingest: 30,000 rows\n",
  );
});

test("a terminal keeps the last picture of each run, with its notes above", () => {
  const screen = createScreen(100, 30);
  const progress = createProgress(terminal(screen, collectingStream()), () => 42_200);
  for (const event of exampleEvents) progress.onEvent(event);
  progress.end();
  progress.end();
  expect(screen.lines()).toEqual([
    "  house-prices, ingest: batch 2 repeats batch 1",
    "house-prices  run 3f2a9c1e  41 s",
    "  ✓ ingest    21,613 rows in 5 batches  2.0 s",
    "  ✓ validate  21,600 accepted  done earlier",
    "  ✓ train     8 trials, rmse 132,480  35 s",
  ]);
  expect(screen.isCursorHidden()).toBe(false);
});

test("with --json nothing of the progress reaches stdout", () => {
  const [stdout, stderr] = [collectingStream(), collectingStream()];
  const progress = createProgress(terminal(stdout, stderr, true));
  for (const event of exampleEvents) progress.onEvent(event);
  expect(stdout.text()).toBe("");
  expect(stderr.text()).toContain("house-prices: ingest: 21,613 rows");
});
