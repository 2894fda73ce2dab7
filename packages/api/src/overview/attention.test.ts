import { expect, test } from "vitest";
import { attentionOf, type PipelineFacts } from "./attention.js";

const well: PipelineFacts = {
  pipeline: "houses",
  production: 2,
  problem: null,
  pinned: null,
  lastRun: { run: "r1", state: "done", error: null },
  newest: { version: 2, verdict: "promoted", reason: null },
  refusedBatch: null,
  drift: null,
};
const codes = (facts: Partial<PipelineFacts>) =>
  attentionOf({ ...well, ...facts }).map(({ code, severity }) => `${severity} ${code}`);

test("what is well needs nobody", () => expect(codes({})).toEqual([]));

test.each([
  ["act RUN_FAILED", { lastRun: { run: "r1", state: "failed", error: { code: "X", message: "broken" } } }],
  ["act NO_MODEL", { production: null }],
  ["act SERVING_PROBLEM", { problem: { code: "SERVE_MODEL_REFUSED", detail: "a bad checksum" } }],
  ["look NEWEST_REFUSED", { newest: { version: 3, verdict: "refused", reason: "rmse too high" } }],
  ["look BATCH_REFUSED", { refusedBatch: { id: 7, name: "a.csv", reason: "too many bad rows" } }],
  ["look PINNED", { pinned: 1 }],
  ["look DRIFTED", { drift: { at: "2026-11-21T00:00:00Z", reason: "houseSize" } }],
] as const)("%s", (code, facts) => expect(codes(facts)).toEqual([code]));

test("a first run under way is no missing model yet", () => {
  expect(codes({ production: null, newest: null, lastRun: { run: "r1", state: "running", error: null } })).toEqual([]);
});
