import { expect, test } from "vitest";
import { affected } from "./affected.js";

const run = { run: "r1", pipeline: "houses", at: 1 };

test("an event makes stale what it is about, and progress only its own run", () => {
  expect(affected({ type: "models", pipeline: "houses" })).toContain("models");
  expect(affected({ type: "run", event: { type: "step-started", step: "train", ...run } })).toEqual(["runs/r1"]);
  expect(affected({ type: "run", event: { type: "run-failed", code: "X", message: "broken", ...run } })).toEqual([
    "runs",
    "overview",
    "models",
    "data",
  ]);
});
