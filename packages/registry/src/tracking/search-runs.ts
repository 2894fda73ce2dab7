import { sql } from "@atalaya/store";
import { type Clause, compare, direction, type Order } from "./clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf, type Stage } from "./database.js";
import { withContent } from "./run-content.js";
import type { RunInfo, TrackedRun } from "./runs.js";

export interface RunSearch {
  readonly experiments: readonly number[];
  readonly clauses: readonly Clause[];
  readonly order: readonly Order[];
  readonly stages: readonly Stage[];
  readonly limit: number;
  readonly offset: number;
}

const attributes: Readonly<Record<string, Fragment>> = {
  run_id: sql`r.id`,
  run_name: sql`r.name`,
  status: sql`r.status`,
  user_id: sql`r.user_id`,
  artifact_uri: sql`r.artifact_uri`,
  lifecycle_stage: sql`r.stage`,
  start_time: sql`r.started_at`,
  end_time: sql`r.ended_at`,
  experiment_id: sql`r.experiment`,
};

const tables = { metric: sql`atalaya.latest_metrics`, param: sql`atalaya.run_params`, tag: sql`atalaya.run_tags` };

/**
 * Runs of the experiments that satisfy every clause; the newest first unless ordered otherwise, runs without the value
 * that they are ordered by last, NaN before them.
 *
 * Cost: one index for each clause on a metric, parameter or tag, then one query a kind of content of the page.
 */
export async function searchRuns(database: Database, search: RunSearch): Promise<Page<TrackedRun>> {
  const { experiments, stages, limit, offset } = search;
  const conditions = search.clauses.map((clause) => condition(clause, experiments));
  const { joins, keys } = ordering(search.order);
  const { rows } = await sql<RunInfo>`
    select ${qualified} from atalaya.tracked_runs as r ${joins}
    where r.experiment = any(${experiments}::int[]) and r.stage = any(${stages}) and ${allOf(conditions)}
    order by ${sql.join(keys)} limit ${limit + 1} offset ${offset}`.execute(database);
  const { items, hasMore } = pageOf(rows, limit);
  return { items: await withContent(database, items), hasMore };
}

const qualified = sql`r.number, r.id, r.experiment, r.name, r.user_id, r.status, r.started_at, r.ended_at, r.artifact_uri, r.stage`;

function condition(clause: Clause, experiments: readonly number[]): Fragment {
  const { entity, key, comparator, value } = clause;
  if (entity === "attribute") return compare(attributes[key] ?? sql`null`, clause);
  if (entity === "dataset") return datasetCondition(clause);
  const table = tables[entity];
  if (comparator === "IS NULL") return sql`not exists (select from ${table} where run = r.number and key = ${key})`;
  if (comparator === "IS NOT NULL") return sql`exists (select from ${table} where run = r.number and key = ${key})`;
  // PostgreSQL sorts NaN above every number; no comparison but != is true of it.
  const isNumber = entity === "metric" && comparator !== "!=" ? sql`and value <> 'NaN'` : sql``;
  // The index holds the first characters; the comparison of the whole value follows.
  const prefix = entity !== "metric" && comparator === "=" ? sql`and left(value, 64) = left(${value}, 64)` : sql``;
  return sql`r.number in (select run from ${table}
    where experiment = any(${experiments}::int[]) and key = ${key} and ${compare(sql`value`, clause)} ${isNumber} ${prefix})`;
}

function datasetCondition(clause: Clause): Fragment {
  const column =
    clause.key === "context"
      ? sql`link.tags ->> 'mlflow.data.context'`
      : clause.key === "name"
        ? sql`data.name`
        : sql`data.digest`;
  return sql`exists (select from atalaya.run_datasets as link join atalaya.tracked_datasets as data on data.id = link.dataset
    where link.run = r.number and ${compare(column, clause)})`;
}

function ordering(order: readonly Order[]): { readonly joins: Fragment; readonly keys: Fragment[] } {
  const joins: Fragment[] = [];
  const keys: Fragment[] = [];
  order.forEach(({ entity, key, ascending }, index) => {
    if (entity === "attribute") {
      const column = attributes[key] ?? sql`r.id`;
      keys.push(sql`${column} is null`, sql`${column} ${direction(ascending)}`);
      return;
    }
    const name = sql.table(`sorted_${index}`);
    const value = sql`${name}.value`;
    joins.push(sql`left join ${tables[entity]} as ${name} on ${name}.run = r.number and ${name}.key = ${key}`);
    const rank =
      entity === "metric"
        ? sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end`
        : sql`${value} is null`;
    keys.push(rank, sql`${value} ${direction(ascending)}`);
  });
  if (!order.some(({ entity, key }) => entity === "attribute" && key === "start_time"))
    keys.push(sql`r.started_at desc nulls last`);
  keys.push(sql`r.id`);
  return { joins: joins.length === 0 ? sql`` : sql`${sql.join(joins, sql` `)}`, keys };
}
