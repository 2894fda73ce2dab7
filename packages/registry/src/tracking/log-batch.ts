import { type PreparedStatement, runPrepared } from "@atalaya/store";
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
 * Cost: one statement, whatever the size.
 *
 * @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE, REGISTRY_PARAMETER_CHANGED
 */
export async function logBatch(database: Database, id: string, { params, metrics, tags }: Batch): Promise<void> {
  const [first] = metrics;
  const isOneMetric = metrics.length === 1 && params.length + tags.length === 0;
  const rows =
    isOneMetric && first !== undefined
      ? await runPrepared(database, logOneMetric, [id, first.key, finite(first.value), first.at, first.step])
      : await logAll(database, id, { params, metrics, tags: lastOfEach(tags) });
  if (rows.length === 0) checkRunActive(await findRun(database, id));
}

async function logAll(database: Database, id: string, { params, metrics, tags }: Batch): Promise<readonly unknown[]> {
  const statement = params.length === 0 ? logMetricsAndTags : metrics.length + tags.length === 0 ? logParams : logEverything;
  const values = [
    ...(statement === logParams
      ? []
      : [
          metrics.map(({ key }) => key),
          metrics.map(({ value }) => finite(value)),
          metrics.map(({ at }) => at),
          metrics.map(({ step }) => step),
          keysOf(tags),
          valuesOf(tags),
        ]),
    ...(statement === logMetricsAndTags ? [] : [keysOf(params), valuesOf(params)]),
  ];
  try {
    return await runPrepared(database, statement, [id, ...values]);
  } catch (error) {
    throw changedParameter(id, error) ?? error;
  }
}

/** The lock on the run is what a foreign key would take: nobody removes it meanwhile. */
const run = "run as (select number, experiment from atalaya.tracked_runs where id = $1::text and stage = 'active' for key share)";

const keepLatest = `on conflict (run, key) do update set value = excluded.value, at = excluded.at, step = excluded.step
    where (excluded.step, excluded.at, excluded.value) > (known.step, known.at, known.value)`;

const logOneMetric: PreparedStatement = {
  name: "log-one-metric",
  text: `with ${run}, history as (
    insert into atalaya.metric_points (run, key, at, step, value)
    select number, $2::text, $4::bigint, $5::bigint, $3::double precision from run on conflict do nothing
  ), latest as (
    insert into atalaya.latest_metrics as known (run, experiment, key, value, at, step)
    select number, experiment, $2::text, $3::double precision, $4::bigint, $5::bigint from run ${keepLatest}
  )
  select number from run`,
};

/** Parameters from $2 on: keys, values, times and steps of metrics, keys and values of tags. */
const metricsAndTags = `points as (
    select run.number as run, run.experiment, key, value, at, step from run,
      unnest($2::text[], $3::double precision[], $4::bigint[], $5::bigint[]) as given (key, value, at, step)
  ), history as (
    insert into atalaya.metric_points (run, key, at, step, value)
    select run, key, at, step, value from points on conflict do nothing
  ), latest as (
    insert into atalaya.latest_metrics as known (run, experiment, key, value, at, step)
    select distinct on (key) run, experiment, key, value, at, step from points order by key, step desc, at desc, value desc
    ${keepLatest}
  ), given_tags as (
    select key, value from unnest($6::text[], $7::text[]) as given (key, value)
  ), tags as (
    insert into atalaya.run_tags (run, experiment, key, value)
    select number, experiment, key, value from run, given_tags order by key
    on conflict (run, key) do update set value = excluded.value
  ), renamed as (
    update atalaya.tracked_runs set name = given_tags.value from given_tags
    where id = $1::text and given_tags.key = 'mlflow.runName' and name <> given_tags.value
  )`;

/** A parameter that somebody else logs at the same moment is waited for, and seen with the value that it has. */
function params(keys: string, values: string): string {
  return `given_params as (
    select key, value from unnest(${keys}::text[], ${values}::text[]) as given (key, value)
  ), params as (
    insert into atalaya.run_params (run, experiment, key, value)
    select number, experiment, key, value from run, given_params order by key
    on conflict (run, key) do update set value = run_params.value
    returning key, value
  ), changed as (
    select params.key, params.value as before, given_params.value as after
    from params join given_params using (key) where params.value <> given_params.value order by key limit 1
  )`;
}

/** One that has another value ends the statement, which undoes all of it. */
const unlessChanged = "(select atalaya.refuse_parameter(key, before, after) from changed) as refused";

const logMetricsAndTags: PreparedStatement = {
  name: "log-metrics-and-tags",
  text: `with ${run}, ${metricsAndTags} select number from run`,
};

const logParams: PreparedStatement = {
  name: "log-params",
  text: `with ${run}, ${params("$2", "$3")} select number, ${unlessChanged} from run`,
};

const logEverything: PreparedStatement = {
  name: "log-everything",
  text: `with ${run}, ${metricsAndTags}, ${params("$8", "$9")} select number, ${unlessChanged} from run`,
};

/** What `atalaya.refuse_parameter` raised; null: another error. */
function changedParameter(id: string, error: unknown): Error | null {
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  if (code !== "AT001" || typeof detail !== "string") return null;
  const { key, before, after } = JSON.parse(detail) as { key: string; before: string; after: string };
  return errors.PARAMETER_CHANGED({ run: id, key, before, after });
}

function finite(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return largest;
  return value === Number.NEGATIVE_INFINITY ? -largest : value;
}
