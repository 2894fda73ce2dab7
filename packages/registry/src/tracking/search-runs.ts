import { runPlanned, sql } from "@atalaya/store";
import type { Clause, Order } from "./clauses.js";
import { allOf, type Database, type Page, pageOf, type Stage } from "./database.js";
import { inExperiments, joinedCondition } from "./run-conditions.js";
import { withContent } from "./run-content.js";
import { runOrder } from "./run-order.js";
import { type RunInfo, runColumns, type TrackedRun } from "./runs.js";
import { walkRuns } from "./walk-runs.js";

export interface RunSearch {
  readonly experiments: readonly number[];
  readonly clauses: readonly Clause[];
  readonly order: readonly Order[];
  readonly stages: readonly Stage[];
  readonly limit: number;
  readonly offset: number;
}

/**
 * Runs of the experiments that satisfy every clause; the newest first unless ordered otherwise, runs without the value
 * that they are ordered by last, NaN before them.
 *
 * Cost: what a walk along an index costs that finds a page; else one index for each clause on a metric, parameter or tag
 * and a sort. Then one query for the content of the page.
 */
export async function searchRuns(database: Database, search: RunSearch): Promise<Page<TrackedRun>> {
  const rows = (await walkRuns(database, search)) ?? (await sortRuns(database, search));
  const { items, hasMore } = pageOf(rows, search.limit);
  return { items: await withContent(database, items), hasMore };
}

/** All that satisfies the clauses is found, then sorted. */
export async function sortRuns(database: Database, { experiments, stages, limit, offset, ...search }: RunSearch) {
  const conditions = search.clauses.map((clause) => joinedCondition(clause, experiments));
  const { joins, keys } = runOrder(search.order);
  const rows = await runPlanned(
    database,
    sql<RunInfo>`
    select ${runColumns} from atalaya.tracked_runs as r ${joins}
    where ${inExperiments(sql`r.experiment`, experiments)} and r.stage = any(${stages}) and ${allOf(conditions)}
    order by ${sql.join([...keys])} limit ${limit + 1} offset ${offset}`,
  );
  return rows;
}
