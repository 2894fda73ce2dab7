import { sql } from "@atalaya/store";
import { errors } from "../errors.js";
import type { Database } from "./database.js";
import { checkRunActive, findRun, type KeyValue, keysOf, lastOfEach, type Metric, valuesOf } from "./runs.js";

export interface Batch {
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

const largest = Number.MAX_VALUE;

/**
 * Logs to a run: all of the batch, or nothing when a parameter had another value. A point that is there already (a
 * request sent twice) is not written again; the latest point of a metric is that with the largest step, time and value.
 *
 * Cost: one statement, whatever the size; with parameters one transaction around it.
 *
 * @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE, REGISTRY_PARAMETER_CHANGED
 */
export async function logBatch(database: Database, id: string, batch: Batch): Promise<void> {
  const { params, metrics, tags } = batch;
  // One parameter alone is kept or refused as a whole: it needs no transaction.
  const isOne = params.length === 1 && metrics.length + tags.length === 0;
  const work = async () => {
    if (params.length === 0) return write(database, id, batch);
    if (isOne) return writeWithParams(database, id, batch);
    return database.transaction().execute((transaction) => writeWithParams(transaction, id, batch));
  };
  if (!(await work())) checkRunActive(await findRun(database, id));
}

/** A parameter that somebody else logs at the same moment is seen only when our row is written: then all is undone. */
async function writeWithParams(transaction: Database, id: string, batch: Batch): Promise<boolean> {
  const { rows } = await sql<{ key: string; value: string }>`
      insert into atalaya.run_params (run, experiment, key, value)
      select number, experiment, key, value from atalaya.tracked_runs,
        unnest(${keysOf(batch.params)}::text[], ${valuesOf(batch.params)}::text[]) as given (key, value)
      where id = ${id} and stage = 'active'
      order by key
      on conflict (run, key) do update set value = run_params.value
      returning key, value`.execute(transaction);
  if (rows.length === 0) return false;
  const given = new Map(batch.params.map(({ key, value }) => [key, value]));
  const changed = rows.find(({ key, value }) => given.get(key) !== value);
  if (changed !== undefined)
    throw errors.PARAMETER_CHANGED({ run: id, key: changed.key, before: changed.value, after: given.get(changed.key) ?? "" });
  return batch.metrics.length + batch.tags.length === 0 ? true : write(transaction, id, batch);
}

/** False when there is no such run that can be written to. The lock on the run is what a foreign key would take. */
async function write(database: Database, id: string, { metrics, tags: given }: Batch): Promise<boolean> {
  const tags = lastOfEach(given);
  const { rows } = await sql`
    with run as (
      select number, experiment from atalaya.tracked_runs where id = ${id} and stage = 'active' for key share
    ), points as (
      select run.number as run, run.experiment, key, value, at, step from run,
        unnest(${metrics.map(({ key }) => key)}::text[], ${metrics.map(({ value }) => finite(value))}::double precision[],
          ${metrics.map(({ at }) => at)}::bigint[], ${metrics.map(({ step }) => step)}::bigint[]) as given (key, value, at, step)
    ), history as (
      insert into atalaya.metric_points (run, key, at, step, value)
      select run, key, at, step, value from points on conflict do nothing
    ), latest as (
      insert into atalaya.latest_metrics as known (run, experiment, key, value, at, step)
      select distinct on (key) run, experiment, key, value, at, step from points order by key, step desc, at desc, value desc
      on conflict (run, key) do update set value = excluded.value, at = excluded.at, step = excluded.step
      where (excluded.step, excluded.at, excluded.value) > (known.step, known.at, known.value)
    ), tags as (
      insert into atalaya.run_tags (run, experiment, key, value)
      select number, experiment, key, value from run,
        unnest(${keysOf(tags)}::text[], ${valuesOf(tags)}::text[]) as given (key, value) order by key
      on conflict (run, key) do update set value = excluded.value
    ), renamed as (
      update atalaya.tracked_runs set name = given.value
      from unnest(${keysOf(tags)}::text[], ${valuesOf(tags)}::text[]) as given (key, value)
      where id = ${id} and given.key = 'mlflow.runName' and name <> given.value
    )
    select number from run`.execute(database);
  return rows.length > 0;
}

function finite(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return largest;
  return value === Number.NEGATIVE_INFINITY ? -largest : value;
}
