import { sql, toText } from "@atalaya/store";
import type { Database, Page } from "./database.js";
import { pageOf } from "./database.js";
import { findRun, type Metric } from "./runs.js";

/** Every point of a metric in the order of time, step and value. @throws REGISTRY_RUN_UNKNOWN */
export async function metricHistory(
  database: Database,
  request: { readonly run: string; readonly key: string; readonly limit: number | null; readonly offset: number },
): Promise<Page<Metric>> {
  const { number } = await findRun(database, request.run);
  const limit = request.limit ?? Number.MAX_SAFE_INTEGER - 1;
  const { rows } = await sql<Metric>`
    select key, value, at, step from atalaya.metric_points where run = ${number} and key = ${toText(request.key)}
    order by at, step, value limit ${limit + 1} offset ${request.offset}`.execute(database);
  return pageOf(rows, limit);
}

/** Points of one metric of several runs, by run, time, step and value. Unknown runs have none. */
export async function metricHistories(
  database: Database,
  request: {
    readonly runs: readonly string[];
    readonly key: string;
    readonly limit: number;
    readonly steps: { readonly from: number; readonly to: number } | null;
  },
): Promise<readonly (Metric & { readonly run: string })[]> {
  const { runs, key, limit, steps } = request;
  const inside = steps === null ? sql`true` : sql`step between ${steps.from} and ${steps.to}`;
  const { rows } = await sql<Metric & { run: string }>`
    select tracked_runs.id as run, key, value, at, step
    from atalaya.metric_points join atalaya.tracked_runs on number = run
    where tracked_runs.id = any(${runs}) and key = ${toText(key)} and ${inside}
    order by tracked_runs.id, at, step, value limit ${limit}`.execute(database);
  return rows;
}
