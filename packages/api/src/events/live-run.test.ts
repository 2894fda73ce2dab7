import type { RunEvent } from "@atalaya/run";
import { expect, test } from "vitest";
import { createEventHub } from "./event-hub.js";
import { advance, type LiveRun } from "./live-run.js";

const about = { run: "r1", pipeline: "houses" };
const start: RunEvent = { type: "run-started", ...about, resumed: false, steps: ["ingest", "train"], at: 1 };
const play = (events: readonly RunEvent[]) => events.reduce<LiveRun | null>(advance, null);

test("steps wait, run, tell how far they are, and end", () => {
  const state = play([
    start,
    { type: "step-started", ...about, step: "ingest", at: 2 },
    { type: "step-progress", ...about, step: "ingest", done: 1, total: 3, unit: "batches", text: null, at: 3 },
  ]);
  expect(state?.steps.map(({ status }) => status)).toEqual(["running", "waiting"]);
  expect(state?.steps[0]?.progress).toEqual({ done: 1, total: 3, unit: "batches" });
  const ended = advance(state, {
    type: "step-done",
    ...about,
    step: "ingest",
    summary: "3 batches",
    replayed: false,
    seconds: 1,
    at: 4,
  });
  expect(ended?.steps[0]).toMatchObject({ status: "done", summary: "3 batches", progress: null });
});

test("a failure marks the step that ran; an unknown step is added, not lost", () => {
  const failed = play([
    start,
    { type: "step-started", ...about, step: "extra", at: 2 },
    { type: "run-failed", ...about, code: "X", message: "broken", at: 3 },
  ]);
  expect(failed?.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "ingest waiting",
    "train waiting",
    "extra failed",
  ]);
});

test("the hub keeps runs and tells listeners until they end", () => {
  const hub = createEventHub();
  const heard: string[] = [];
  const stop = hub.listen((event) => heard.push(event.type));
  hub.tell({ type: "run", event: start });
  stop();
  hub.tell({ type: "models", pipeline: "houses" });
  expect(heard).toEqual(["run"]);
  expect(hub.run("r1")?.steps.length).toBe(2);
  expect(hub.run("r2")).toBeNull();
});
