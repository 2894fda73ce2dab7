import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@atalaya/store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clause, Order, RunSearch } from "./clauses.js";
import { logBatch } from "./log-batch.js";
import { createRun, moveRun, type RunInfo, runColumns } from "./runs.js";
import { searchRuns, sortRuns } from "./search-runs.js";
import { walkRuns } from "./walk-runs.js";

const experiment = 0;
const runs = 400;
let home: string;
let store: Store;

/** Runs with equal values, without a metric, with NaN, deleted, and never started. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-search-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  await sql`
    with runs as (
      insert into atalaya.tracked_runs (id, experiment, name, user_id, status, started_at, artifact_uri, stage)
      select md5(i::text), ${experiment}, 'run ' || i, 'ana', 'FINISHED', case when i % 11 = 0 then null else i / 3 end, '',
        case when i % 13 = 0 then 'deleted' else 'active' end
      from generate_series(1, ${runs}::int) as i returning number
    ), params as (
      insert into atalaya.run_params (run, experiment, key, value)
      select number, ${experiment}, 'depth', case when number % 9 = 0 then repeat('deep', 20) else (number % 5)::text end
      from runs where number % 4 > 0
    ), tags as (
      insert into atalaya.run_tags (run, experiment, key, value) select number, ${experiment}, 'rare', 'x' from runs where number % 90 = 0
    )
    insert into atalaya.latest_metrics (run, experiment, key, value, at, step)
    select number, ${experiment}, 'rmse', case when number % 17 = 0 then 'NaN' else (number * 7 % 40) / 10.0 end, 0, 0
    from runs where number % 6 > 0`.execute(store.database);
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const clause = fc.constantFrom<Clause>(
  { entity: "metric", key: "rmse", comparator: "<", value: 2 },
  { entity: "metric", key: "rmse", comparator: "!=", value: 1.4 },
  { entity: "metric", key: "rmse", comparator: ">=", value: 3.5 },
  { entity: "param", key: "depth", comparator: "=", value: "3" },
  { entity: "param", key: "depth", comparator: "=", value: "deep".repeat(20) },
  { entity: "param", key: "depth", comparator: "LIKE", value: "deep%" },
  { entity: "param", key: "depth", comparator: "IS NULL", value: null },
  { entity: "tag", key: "rare", comparator: "=", value: "x" },
  { entity: "tag", key: "rare", comparator: "IS NOT NULL", value: null },
  { entity: "attribute", key: "run_name", comparator: "LIKE", value: "%1%" },
  { entity: "dataset", key: "name", comparator: "=", value: "none" },
);
const order = fc.constantFrom<Order>(
  { entity: "metric", key: "rmse", ascending: true },
  { entity: "metric", key: "rmse", ascending: false },
  { entity: "attribute", key: "start_time", ascending: true },
  { entity: "attribute", key: "start_time", ascending: false },
);
const search: fc.Arbitrary<RunSearch> = fc.record({
  experiments: fc.constantFrom([experiment], [experiment, 12345]),
  clauses: fc.uniqueArray(clause, { maxLength: 3 }),
  order: fc.uniqueArray(order, { maxLength: 2, selector: ({ key }) => key }),
  stages: fc.constantFrom<RunSearch["stages"][]>(["active"], ["deleted"], ["active", "deleted"]),
  limit: fc.integer({ min: 1, max: 6 }),
  offset: fc.integer({ min: 0, max: 8 }),
});

test("what is read off an index until there is enough of it is what sorting everything gives", async () => {
  let walks = 0;
  await fc.assert(
    fc.asyncProperty(search, async (asked) => {
      const walked = await walkRuns<RunInfo>(store.database, asked, runColumns);
      if (walked === null) return;
      walks++;
      expect(walked).toEqual(await sortRuns<RunInfo>(store.database, asked, runColumns));
    }),
    { numRuns: 300 },
  );
  expect(walks).toBeGreaterThan(50);
});

test("a search that finds one in hundreds gives up the walk and still finds it", async () => {
  const rare: RunSearch = {
    experiments: [experiment],
    clauses: [{ entity: "tag", key: "rare", comparator: "=", value: "x" }],
    order: [{ entity: "metric", key: "rmse", ascending: false }],
    stages: ["active"],
    limit: 1,
    offset: 1,
  };
  expect(await walkRuns<RunInfo>(store.database, rare, runColumns)).toBeNull();
  const { items, hasMore } = await searchRuns(store.database, rare);
  expect(items.map(({ tags }) => tags)).toEqual([[{ key: "rare", value: "x" }]]);
  expect(hasMore).toBe(true);
});

test("a search sees what was logged, and what was deleted, the moment that it was answered", async () => {
  const asked: RunSearch = {
    experiments: [experiment],
    clauses: [{ entity: "metric", key: "fresh", comparator: ">", value: 0 }],
    order: [{ entity: "metric", key: "fresh", ascending: true }],
    stages: ["active"],
    limit: 1,
    offset: 0,
  };
  const ids: string[] = [];
  for (const value of [3, 2, 1]) {
    const run = await createRun(store.database, { experiment, name: "fresh", userId: "ana", startedAt: 1, tags: [] });
    await logBatch(store.database, run.id, {
      metrics: [{ key: "fresh", value, at: 1, step: 1 }],
      params: [
        { key: "b", value: "2" },
        { key: "a", value: "1" },
      ],
      tags: [],
    });
    ids.unshift(run.id);
    const [first] = (await searchRuns(store.database, asked)).items;
    expect([first?.id, first?.metrics[0]?.value, first?.params.map(({ key }) => key)]).toEqual([run.id, value, ["a", "b"]]);
  }
  await moveRun(store.database, ids[0] ?? "", "deleted");
  const { items, hasMore } = await searchRuns(store.database, asked);
  expect([items[0]?.id, hasMore]).toEqual([ids[1], true]);
});
