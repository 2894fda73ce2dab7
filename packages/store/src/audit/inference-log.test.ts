import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../store.js";
import type { LoggedInference } from "./inference-copy.js";

let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-inference-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

function entry(request: string, more: Partial<LoggedInference> = {}): LoggedInference {
  return {
    request,
    pipeline: "homes",
    version: 1,
    kind: "predict",
    rows: 2,
    inputs: '[{"bed":1},{"bed":2}]',
    answers: '[{"value":10},{"value":20}]',
    latencyMs: 0.5,
    at: new Date("2026-11-21T10:00:00Z"),
    caller: "10.0.0.1",
    trace: null,
    ...more,
  };
}

test("a request is logged once, however often its batch comes", async () => {
  await store.inferences.append([entry("a"), entry("b")]);
  await store.inferences.append([entry("b"), entry("c"), entry("c")]);
  const rows = await store.inferences.list({ pipeline: "homes" });
  expect(rows.map(({ request }) => request).sort()).toEqual(["a", "b", "c"]);
  expect(rows[0]).toMatchObject({
    caller: "10.0.0.1",
    inputs: [{ bed: 1 }, { bed: 2 }],
    answers: [{ value: 10 }, { value: 20 }],
  });
});

test("text that PostgreSQL refuses in jsonb is kept without it, and a bad batch spoils no later one", async () => {
  const nasty = [
    entry("nasty", { pipeline: "odd", inputs: '[{"city":"\\ud800\\u0000\\t\\\\"}]', rows: 1 }),
    entry("tiny", { pipeline: "odd", inputs: '[{"x":1e-20000}]', rows: 1 }),
    entry("tab", { pipeline: "odd", inputs: JSON.stringify([{ city: "a\tb\n\\N" }]), rows: 1 }),
  ];
  await store.inferences.append(nasty);
  const kept = await store.inferences.list({ pipeline: "odd" });
  expect(kept).toHaveLength(3);
  expect(kept.find(({ request }) => request === "tab")?.inputs).toEqual([{ city: "a\tb\n\\N" }]);
  await expect(store.inferences.append([entry("bad", { inputs: "no JSON" })])).rejects.toThrow();
  await store.inferences.append([entry("after", { pipeline: "odd" })]);
  expect(await store.inferences.list({ request: "after" })).toHaveLength(1);
});

test("old answers are forgotten by pipeline and time", async () => {
  const old = new Date("2026-01-01T00:00:00Z");
  await store.inferences.append([entry("old", { pipeline: "past", at: old }), entry("new", { pipeline: "past" })]);
  expect(await store.inferences.removeBefore("past", new Date("2026-06-01T00:00:00Z"))).toBe(1);
  expect((await store.inferences.list({ pipeline: "past" })).map(({ request }) => request)).toEqual(["new"]);
});

test("feedback joins the answered row, and the last label counts", async () => {
  await store.inferences.append([entry("told", { pipeline: "labels" })]);
  const label = (position: number, value: number) => ({
    pipeline: "labels",
    request: "told",
    position,
    label: value,
    caller: null,
  });
  await store.feedback.record([label(0, 11), label(1, 5), label(1, 22)]);
  await store.feedback.record([label(0, 12), { ...label(0, 1), request: "nobody" }]);
  const since = new Date("2026-11-01T00:00:00Z");
  const joined = await store.feedback.labelled({ pipeline: "labels", since, limit: 10 });
  expect(joined.map(({ position, input, answer, label: truth }) => [position, input, answer, truth]).sort()).toEqual([
    [0, { bed: 1 }, { value: 10 }, 12],
    [1, { bed: 2 }, { value: 20 }, 22],
  ]);
  expect(await store.feedback.unbatched("labels", 10)).toHaveLength(2);
  await store.feedback.markBatched([{ request: "told", position: 0 }]);
  expect((await store.feedback.unbatched("labels", 10)).map(({ position }) => position)).toEqual([1]);
});
