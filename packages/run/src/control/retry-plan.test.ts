import { expect, test } from "vitest";
import { planRetry, type RecordedStep } from "./retry-plan.js";

const chain = ["ingest", "validate", "tune", "train", "evaluate"];

function recorded(...names: readonly string[]): RecordedStep[] {
  return names.map((name, id) => ({ id, name: name.replace("!", ""), failed: name.endsWith("!") }));
}

const done = recorded("start", "ingest", "keep ingestion", "validate", "trial 1", "trial 2", "train", "evaluate", "finish");

test.each([
  ["a step of a run that was done", done, "train", { from: "train", firstPiece: 6 }],
  ["a step that is made of trials", done, "tune", { from: "tune", firstPiece: 4 }],
  ["nothing said, done", done, undefined, { from: null, firstPiece: 0 }],
  ["nothing said, failed", recorded("start", "ingest", "validate!"), undefined, { from: "validate", firstPiece: 2 }],
  ["nothing said, cancelled", recorded("start", "ingest", "validate"), undefined, { from: "tune", firstPiece: 3 }],
  ["the step that was cancelled", recorded("start", "ingest", "validate"), "tune", { from: "tune", firstPiece: 3 }],
  ["cancelled while trials ran", recorded("start", "ingest", "validate", "trial 1"), "tune", { from: "tune", firstPiece: 3 }],
  ["nothing was done", [], undefined, { from: "ingest", firstPiece: 0 }],
] as const)("%s", (_what, pieces, from, plan) => {
  expect(planRetry({ run: "r", recorded: pieces, chain, from })).toEqual(plan);
});

test("a step that the run did not come to is refused, and named", () => {
  const from = "evaluate";
  expect(() => planRetry({ run: "r", recorded: recorded("start", "ingest"), chain, from })).toThrow(
    "Run r did not come to evaluate. It came to: ingest.",
  );
  expect(() => planRetry({ run: "r", recorded: recorded("start", "own", "finish"), chain: [], from })).toThrow(
    "It came to: own.",
  );
});
