import type { RunEvent, RunResult } from "@atalaya/run";

const run = "3f2a9c1e-0000-4000-8000-000000000001";
const pipeline = "house-prices";

export const exampleResult: RunResult = {
  pipeline,
  run,
  version: 1,
  verdict: "promoted",
  reasons: ["r2 0.8847 is at least 0.35"],
  metrics: { rmse: 132_480.4, r2: 0.8847 },
  rows: { read: 21_613, accepted: 21_600, quarantined: 13 },
  model: "a".repeat(64),
  seconds: 41.2,
};

/** A run from its start to its end, one event a second. */
export const exampleEvents: readonly RunEvent[] = [
  { type: "run-started", run, pipeline, resumed: false, steps: ["ingest", "validate", "train"], at: 1_000 },
  { type: "step-started", run, pipeline, step: "ingest", at: 2_000 },
  { type: "note", run, pipeline, step: "ingest", text: "batch 2 repeats batch 1", at: 3_000 },
  {
    type: "step-done",
    run,
    pipeline,
    step: "ingest",
    summary: "21,613 rows in 5 batches",
    replayed: false,
    seconds: 2,
    at: 4_000,
  },
  { type: "step-done", run, pipeline, step: "validate", summary: "21,600 accepted", replayed: true, seconds: 1, at: 5_000 },
  { type: "step-started", run, pipeline, step: "train", at: 6_000 },
  { type: "step-progress", run, pipeline, step: "train", done: 2, total: 8, unit: "trials", text: "rmse 140,000", at: 26_000 },
  {
    type: "step-done",
    run,
    pipeline,
    step: "train",
    summary: "8 trials, rmse 132,480",
    replayed: false,
    seconds: 35,
    at: 41_000,
  },
  { type: "run-done", run, pipeline, result: exampleResult, at: 42_200 },
];
