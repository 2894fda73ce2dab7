import { expect, test } from "vitest";
import { exampleEvents, exampleResult } from "../test/example-run.js";
import { advance, type RunState, secondsLeft } from "./run-state.js";

function after(count: number): RunState | null {
  return exampleEvents.slice(0, count).reduce<RunState | null>(advance, null);
}

test("a run goes from waiting steps to a result", () => {
  expect(after(1)?.steps.map((step) => step.status)).toEqual(["waiting", "waiting", "waiting"]);
  expect(after(2)?.steps.map((step) => step.status)).toEqual(["running", "waiting", "waiting"]);
  expect(after(5)?.steps.map((step) => [step.status, step.replayed])).toEqual([
    ["done", false],
    ["done", true],
    ["waiting", false],
  ]);
  expect(after(9)).toMatchObject({ result: exampleResult, endedAt: 42_200, failure: null });
});

test("what came before the start, or belongs to another run, changes nothing", () => {
  const [start, step] = exampleEvents;
  expect(advance(null, step!)).toBeNull();
  const state = advance(null, start!);
  expect(advance(state, { ...step!, run: "another" })).toBe(state);
});

test("a step that was not announced is shown all the same", () => {
  const state = advance(after(1), { ...exampleEvents[1]!, step: "surprise" } as (typeof exampleEvents)[1]);
  expect(state?.steps.map((step) => step.name)).toEqual(["ingest", "validate", "train", "surprise"]);
});

test("a failure marks the step that was running", () => {
  const { run, pipeline } = exampleResult;
  const state = advance(after(7), { type: "run-failed", run, pipeline, code: "LEARN_X", message: "why", at: 30_000 });
  expect(state?.steps.map((step) => step.status)).toEqual(["done", "done", "failed"]);
  expect(state?.failure).toEqual({ code: "LEARN_X", message: "why" });
});

test("time left is in proportion to what was done, and unknown too early", () => {
  const training = after(7)?.steps[2];
  // 2 of 8 trials in 20 s: 6 more take 60 s.
  expect(secondsLeft(training!, 26_000)).toBe(60);
  expect(secondsLeft({ ...training!, total: null }, 26_000)).toBeNull();
  expect(secondsLeft({ ...training!, done: 0 }, 26_000)).toBeNull();
  expect(secondsLeft(training!, 7_000)).toBeNull();
});
