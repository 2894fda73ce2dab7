import { sql } from "@atalaya/store";
import { type Clause, compare } from "./clauses.js";
import type { Fragment } from "./database.js";

/** Columns of a run, which queries call `r`, by their names in a search. */
export const runAttributes: Readonly<Record<string, Fragment>> = {
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

/** What is logged to runs by key: one row a run and key. */
export const keyedTables = {
  metric: sql`atalaya.latest_metrics`,
  param: sql`atalaya.run_params`,
  tag: sql`atalaya.run_tags`,
};

/** As many characters of a parameter or tag are in the index. */
const indexedCharacters = 64;

/** A condition on run `r` that the planner may begin with: for an answer that is sorted as a whole. */
export function joinedCondition(clause: Clause, experiments: readonly number[]): Fragment {
  return infoCondition(clause, sql`r.number`) ?? sql`r.number in (select given.run from ${satisfying(clause, experiments)})`;
}

/**
 * A condition that each run is asked for in the order in which it comes: for an answer that is read off an index until it is long
 * enough.
 *
 * @param run  number of the run, in the table that is read in order
 */
export function probedCondition(clause: Clause, experiments: readonly number[], run: Fragment): Fragment {
  // PostgreSQL keeps the order of what it filters by "is true", and chooses between a table of all answers and one look-up a run.
  return (
    infoCondition(clause, run) ?? sql`(exists (select from ${satisfying(clause, experiments)} and given.run = ${run})) is true`
  );
}

/** Null: the clause compares a value that is logged by key. */
function infoCondition(clause: Clause, run: Fragment): Fragment | null {
  const { entity, key, comparator } = clause;
  if (entity === "attribute") return compare(runAttributes[key] ?? sql`null`, clause);
  if (entity === "dataset") return datasetCondition(clause);
  if (comparator === "IS NULL") return sql`not exists (select from ${keyedTables[entity]} where run = ${run} and key = ${key})`;
  if (comparator === "IS NOT NULL") return sql`exists (select from ${keyedTables[entity]} where run = ${run} and key = ${key})`;
  return null;
}

function satisfying(clause: Clause, experiments: readonly number[]): Fragment {
  return sql`${keyedTables[clause.entity as keyof typeof keyedTables]} as given
    where ${inExperiments(sql`given.experiment`, experiments)} and given.key = ${clause.key} and ${valueCondition(sql`given.value`, clause)}`;
}

/** A condition on the value of a metric, parameter or tag. */
export function valueCondition(column: Fragment, clause: Clause): Fragment {
  const { entity, comparator, value } = clause;
  const holds = compare(column, clause);
  // PostgreSQL sorts NaN above every number; no comparison but != is true of it.
  if (entity === "metric") return comparator === "!=" ? holds : sql`${holds} and ${column} <> 'NaN'`;
  if (comparator !== "=" || typeof value !== "string") return holds;
  const first = sql`left(${column}, ${sql.lit(indexedCharacters)})`;
  // A value that the index holds whole is compared once, so that the planner does not count the comparison twice.
  if (value.length < indexedCharacters) return sql`${first} = ${value}`;
  return sql`${first} = left(${value}, ${sql.lit(indexedCharacters)}) and ${holds}`;
}

/** One experiment is compared as one, so that an index keeps its order. */
export function inExperiments(column: Fragment, experiments: readonly number[]): Fragment {
  const [first] = experiments;
  return experiments.length === 1 ? sql`${column} = ${first}::int` : sql`${column} = any(${experiments}::int[])`;
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
