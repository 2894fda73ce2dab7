import { runPlanned, sql } from "@atalaya/store";
import type { RunSearch } from "./clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf } from "./database.js";
import { inExperiments, joinedCondition } from "./run-conditions.js";
import { withContent } from "./run-content.js";
import { runOrder } from "./run-order.js";
import { type RunInfo, runColumns, type TrackedRun } from "./runs.js";
import { walkRuns } from "./walk-runs.js";

/**
 * Runs of the experiments that satisfy every clause; the newest first unless ordered otherwise, runs without the value
 * that they are ordered by last, NaN before them.
 *
 * Cost: what a walk along an index costs that finds a page; else one index for each clause on a metric, parameter or tag
 * and a sort.
 *
 * @param columns  what is wanted of each: columns and expressions of run `r`, which are computed for the page alone
 */
export async function searchRunsFor<Row>(database: Database, search: RunSearch, columns: Fragment): Promise<Page<Row>> {
  const rows = (await walkRuns<Row>(database, search, columns)) ?? (await sortRuns<Row>(database, search, columns));
  return pageOf(rows, search.limit);
}

/** As `searchRunsFor`, with everything that was logged to the runs: one query more. */
export async function searchRuns(database: Database, search: RunSearch): Promise<Page<TrackedRun>> {
  const { items, hasMore } = await searchRunsFor<RunInfo>(database, search, runColumns);
  return { items: await withContent(database, items), hasMore };
}

/** All that satisfies the clauses is found, then sorted. */
export function sortRuns<Row>(database: Database, search: RunSearch, columns: Fragment): Promise<readonly Row[]> {
  const { experiments, stages, limit, offset } = search;
  const conditions = search.clauses.map((clause) => joinedCondition(clause, experiments));
  const { joins, keys } = runOrder(search.order);
  return runPlanned(
    database,
    sql<Row>`
    select ${columns} from atalaya.tracked_runs as r ${joins}
    where ${inExperiments(sql`r.experiment`, experiments)} and r.stage = any(${stages}) and ${allOf(conditions)}
    order by ${sql.join([...keys])} limit ${limit + 1} offset ${offset}`,
  );
}
