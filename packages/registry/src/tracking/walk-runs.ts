import { runPlanned, sql } from "@atalaya/store";
import { direction, type Order, type RunSearch } from "./clauses.js";
import { allOf, type Database, type Fragment } from "./database.js";
import { inExperiments, probedCondition, valueCondition } from "./run-conditions.js";
import { isStartTime, runOrder } from "./run-order.js";

/** So many runs are looked at for each that is asked for: pages of a search that finds one in sixteen come from the walk. */
const steps = 16;
/** Pages far behind are sorted as a whole. */
const farthest = 4_096;

/**
 * The first runs of a search of one experiment that is sorted by a metric or by the time of start, read off the index in that
 * order until there are enough of them: what comes after them is neither compared nor sorted.
 *
 * Cost: at most sixteen runs looked at for each that is asked for, and those that share the last one's value.
 *
 * @param columns  of run `r`: computed for the runs of the page alone
 * @returns `limit + 1` of them; null: the search is not of that form, or the walk found too few and says nothing
 */
export async function walkRuns<Row>(database: Database, search: RunSearch, columns: Fragment): Promise<readonly Row[] | null> {
  const { experiments, stages, limit, offset, order } = search;
  const needed = offset + limit + 1;
  const [first] = order;
  if (experiments.length !== 1 || needed > farthest) return null;
  const walk = first?.entity === "metric" ? alongMetric(search, first, needed) : alongTime(search, needed);
  if (walk === null) return null;
  const rest = runOrder(walk.rest);
  const conditions = walk.clauses.map((clause) => probedCondition(clause, experiments, walk.run));
  // Numbers of the page are part of the text: a plan that is kept has to know that it may stop early.
  const rows = await runPlanned(
    database,
    sql<Row>`
    select ${columns} from ${walk.from} ${rest.joins}
    where r.stage = any(${stages}::text[]) and ${allOf(conditions)}
    order by ${sql.join([walk.key, ...rest.keys])} limit ${sql.lit(limit + 1)} offset ${sql.lit(offset)}`,
    { mayPrepare: true },
  );
  return rows.length > limit ? rows : null;
}

interface Walk {
  readonly from: Fragment;
  /** Number of the run, where it is read in order. */
  readonly run: Fragment;
  readonly key: Fragment;
  /** What is still to be sorted by, among runs with the same value. */
  readonly rest: readonly Order[];
  /** What is still to be asked of each run. */
  readonly clauses: RunSearch["clauses"];
}

/** Numbers come first in either direction, before NaN and before runs without the metric. */
function alongMetric({ experiments, clauses, order }: RunSearch, { key, ascending }: Order, needed: number): Walk {
  const isOfIt = (clause: RunSearch["clauses"][number]): boolean =>
    clause.entity === "metric" && clause.key === key && !clause.comparator.startsWith("IS");
  const conditions = clauses.filter(isOfIt).map((clause) => valueCondition(sql`value`, clause));
  return {
    from: sql`(
      select run, value from atalaya.latest_metrics
      where ${inExperiments(sql`experiment`, experiments)} and key = ${key} and value < 'NaN' and ${allOf(conditions)}
      order by value ${direction(ascending)} fetch first ${sql.lit(needed * steps)} rows with ties
    ) as walked join atalaya.tracked_runs as r on r.number = walked.run`,
    run: sql`walked.run`,
    key: sql`walked.value ${direction(ascending)}`,
    rest: order.slice(1),
    clauses: clauses.filter((clause) => !isOfIt(clause)),
  };
}

/** Runs that have not started come last in either direction. */
function alongTime({ experiments, clauses, order }: RunSearch, needed: number): Walk | null {
  const [first] = order;
  if (first !== undefined && !isStartTime(first)) return null;
  const toward = direction(first?.ascending ?? false);
  return {
    from: sql`(
      select xmin, * from atalaya.tracked_runs where ${inExperiments(sql`experiment`, experiments)} and started_at is not null
      order by started_at ${toward} fetch first ${sql.lit(needed * steps)} rows with ties
    ) as r`,
    run: sql`r.number`,
    key: sql`r.started_at ${toward}`,
    rest: order.slice(1),
    clauses,
  };
}
