import { expect, test } from "vitest";
import type { Change, ChangeKind } from "./outbox.js";
import { batchesOf, jobsOf } from "./plan.js";

let next = 1;
function change(kind: ChangeKind, subject: string, content: Change["content"] = null): Change {
  return { id: next++, kind, subject, content, attempts: 0 };
}

test("values of a run between two looks at it go together, and never behind the later look", () => {
  next = 1;
  const jobs = jobsOf([
    change("run", "a"),
    change("metrics", "a", [["m", 1, 10, 0]]),
    change("metrics", "b", [["m", 5, 10, 0]]),
    change("params", "a", { lr: "1" }),
    change("tags", "a", { note: "x", gone: null }),
    change("run", "a"),
    change("metrics", "a", [["m", "NaN", 20, 1]]),
  ]);
  expect(jobs.map((job) => [job.kind, job.ids])).toEqual([
    ["run", [1]],
    ["log", [2, 4, 5]],
    ["log", [3]],
    ["run", [6]],
    ["log", [7]],
  ]);
  const [, log] = jobs;
  if (log?.kind !== "log") throw new Error("no values");
  expect([[...log.params], [...log.tags], log.metrics]).toEqual([
    [["lr", "1"]],
    [
      ["note", "x"],
      ["gone", null],
    ],
    [["m", 1, 10, 0]],
  ]);
});

test("several looks at a run become one, looks at versions and aliases keep their places", () => {
  next = 1;
  const jobs = jobsOf([
    change("run", "a"),
    change("run", "a"),
    change("version", "m/1"),
    change("alias", "m/p"),
    change("version", "m/2"),
    change("alias", "m/p"),
  ]);
  expect(jobs.map((job) => [job.kind, job.ids])).toEqual([
    ["run", [1, 2]],
    ["version", [3]],
    ["alias", [4]],
    ["version", [5]],
    ["alias", [6]],
  ]);
});

test("batches hold what MLflow takes at once, and every value once", () => {
  const params = new Map(Array.from({ length: 130 }, (_, at) => [`p${at}`, "v"]));
  const tags = new Map<string, string | null>([
    ...Array.from({ length: 101 }, (_, at) => [`t${at}`, "v"] as const),
    ["gone", null],
  ]);
  const metrics = Array.from({ length: 2_500 }, (_, at) => ["m", at, at, at] as const);
  const batches = batchesOf({ params, tags, metrics });
  for (const batch of batches) {
    expect(batch.params.length).toBeLessThanOrEqual(100);
    expect(batch.tags.length).toBeLessThanOrEqual(100);
    expect(batch.params.length + batch.tags.length + batch.metrics.length).toBeLessThanOrEqual(1_000);
  }
  expect(batches.flatMap((batch) => batch.metrics)).toEqual(metrics);
  expect(batches.flatMap((batch) => batch.params)).toEqual([...params]);
  expect(batches.flatMap((batch) => batch.tags).map(([key]) => key)).not.toContain("gone");
  expect(batchesOf({ params: new Map(), tags: new Map(), metrics: [] })).toEqual([]);
});
