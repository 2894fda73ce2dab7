import { randomUUID } from "node:crypto";
import { sql, toJson, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import { type Clause, compare, compareTag, direction } from "./clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf, type Stage, type Tags } from "./database.js";
import { checkExperimentActive, findExperiment } from "./experiments.js";
import type { Metric } from "./runs.js";

export interface LoggedModel {
  readonly id: string;
  readonly experiment: number;
  readonly name: string;
  readonly artifactUri: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly status: string;
  readonly modelType: string | null;
  readonly sourceRun: string | null;
  readonly stage: Stage;
  readonly tags: Tags;
  readonly params: Tags;
  readonly metrics: readonly ModelMetric[];
}

export interface ModelMetric extends Metric {
  readonly run: string;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

type Columns = Omit<LoggedModel, "metrics">;

const columns = sql`id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run, stage, tags, params`;

/** @throws REGISTRY_EXPERIMENT_UNKNOWN, REGISTRY_EXPERIMENT_NOT_ACTIVE */
export async function createLoggedModel(
  database: Database,
  model: Pick<LoggedModel, "experiment" | "name" | "modelType" | "sourceRun" | "tags" | "params">,
): Promise<LoggedModel> {
  const experiment = await findExperiment(database, model.experiment);
  checkExperimentActive(experiment);
  const id = `m-${randomUUID().replaceAll("-", "")}`;
  const moment = Date.now();
  const location = `${experiment.artifactLocation.replace(/\/+$/, "")}/models/${id}/artifacts`;
  const { rows } = await sql<Columns>`
    insert into atalaya.logged_models (id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run, tags, params)
    values (${id}, ${experiment.id}, ${toText(model.name)}, ${location}, ${moment}, ${moment}, 'LOGGED_MODEL_PENDING',
      ${model.modelType}, ${model.sourceRun}, ${toJson(model.tags)}::jsonb, ${toJson(model.params)}::jsonb)
    returning ${columns}`.execute(database);
  return { ...(rows[0] as Columns), metrics: [] };
}

/** @throws REGISTRY_LOGGED_MODEL_UNKNOWN */
export async function findLoggedModel(database: Database, id: string, allowDeleted = false): Promise<LoggedModel> {
  const { rows } = await sql<Columns>`
    select ${columns} from atalaya.logged_models
    where id = ${toText(id)} and (stage = 'active' or ${allowDeleted}::boolean)`.execute(database);
  const [found] = await withMetrics(database, rows);
  if (found === undefined) throw errors.LOGGED_MODEL_UNKNOWN({ model: id });
  return found;
}

/**
 * Changes a logged model; tags and parameters are added to those that are there.
 *
 * @throws REGISTRY_LOGGED_MODEL_UNKNOWN
 */
export async function updateLoggedModel(
  database: Database,
  id: string,
  change: { readonly status?: string; readonly tags?: Tags; readonly params?: Tags; readonly stage?: Stage },
): Promise<LoggedModel> {
  const isUpdate = change.status !== undefined || change.stage !== undefined;
  const { numAffectedRows } = await sql`
    update atalaya.logged_models set
      status = coalesce(${change.status ?? null}::text, status), stage = coalesce(${change.stage ?? null}::text, stage),
      tags = tags || ${toJson(change.tags ?? {})}::jsonb, params = params || ${toJson(change.params ?? {})}::jsonb,
      updated_at = case when ${isUpdate}::boolean then ${Date.now()}::bigint else updated_at end
    where id = ${toText(id)}`.execute(database);
  if (numAffectedRows === 0n) throw errors.LOGGED_MODEL_UNKNOWN({ model: id });
  return findLoggedModel(database, id, true);
}

/** @returns false when the model has no such tag. @throws REGISTRY_LOGGED_MODEL_UNKNOWN */
export async function deleteLoggedModelTag(database: Database, id: string, key: string): Promise<boolean> {
  const { tags } = await findLoggedModel(database, id, true);
  if (!(key in tags)) return false;
  await sql`update atalaya.logged_models set tags = tags - ${key}::text where id = ${toText(id)}`.execute(database);
  return true;
}

/** Points that were logged with the model that they are of. */
export async function logModelMetrics(
  database: Database,
  points: readonly (ModelMetric & { readonly model: string })[],
): Promise<void> {
  for (const { model, run, key, at, step, value, datasetName, datasetDigest } of points) {
    await sql`
      insert into atalaya.logged_model_metrics (model, run, key, at, step, value, dataset_name, dataset_digest)
      select id, ${run}::text, ${key}::text, ${at}::bigint, ${step}::bigint, ${value}::double precision,
        ${datasetName ?? ""}::text, ${datasetDigest ?? ""}::text
      from atalaya.logged_models where id = ${toText(model)} on conflict do nothing`.execute(database);
  }
}

async function withMetrics(database: Database, models: readonly Columns[]): Promise<LoggedModel[]> {
  if (models.length === 0) return [];
  const { rows } = await sql<ModelMetric & { model: string }>`
    select model, run, key, at, step, value, nullif(dataset_name, '') as dataset_name, nullif(dataset_digest, '') as dataset_digest
    from atalaya.logged_model_metrics where model = any(${models.map(({ id }) => id)}) order by model, key, at, step`.execute(
    database,
  );
  return models.map((model) => ({ ...model, metrics: rows.filter((row) => row.model === model.id) }));
}

export interface DatasetChoice {
  readonly name: string;
  readonly digest: string | null;
}

export interface ModelOrder {
  /** An attribute, or `metrics.<name>`. */
  readonly field: string;
  readonly ascending: boolean;
  readonly dataset: { readonly name: string | null; readonly digest: string | null };
}

const loggedModelAttributes: Readonly<Record<string, Fragment>> = {
  name: sql`m.name`,
  model_id: sql`m.id`,
  model_type: sql`m.model_type`,
  status: sql`m.status`,
  source_run_id: sql`m.source_run`,
  creation_timestamp: sql`m.created_at`,
  creation_time: sql`m.created_at`,
  creation_timestamp_ms: sql`m.created_at`,
  last_updated_timestamp: sql`m.updated_at`,
  last_updated_timestamp_ms: sql`m.updated_at`,
};

export async function searchLoggedModels(
  database: Database,
  search: {
    readonly experiments: readonly number[];
    readonly clauses: readonly Clause[];
    readonly datasets: readonly DatasetChoice[];
    readonly order: readonly ModelOrder[];
    readonly limit: number;
    readonly offset: number;
  },
): Promise<Page<LoggedModel>> {
  const { experiments, clauses, datasets, limit, offset } = search;
  const conditions = clauses.map((clause) => {
    if (clause.entity === "tag") return compareTag(sql`m.tags`, clause);
    if (clause.entity === "param") return compareTag(sql`m.params`, clause);
    if (clause.entity === "metric")
      return hasMetric(allOf([sql`key = ${clause.key}`, compare(sql`value`, clause), ...chosen(datasets)]));
    return compare(loggedModelAttributes[clause.key] ?? sql`null`, clause);
  });
  if (datasets.length > 0 && !clauses.some(({ entity }) => entity === "metric"))
    conditions.push(hasMetric(allOf(chosen(datasets))));
  const { rows } = await sql<Columns>`
    select m.* from atalaya.logged_models as m
    where m.experiment = any(${experiments}::int[]) and m.stage = 'active' and ${allOf(conditions)}
    order by ${sql.join(orderOf(search.order))} limit ${limit + 1} offset ${offset}`.execute(database);
  const { items, hasMore } = pageOf(rows, limit);
  return { items: await withMetrics(database, items), hasMore };
}

function hasMetric(condition: Fragment): Fragment {
  return sql`exists (select from atalaya.logged_model_metrics where model = m.id and ${condition})`;
}

function chosen(datasets: readonly DatasetChoice[]): Fragment[] {
  if (datasets.length === 0) return [];
  const each = datasets.map(({ name, digest }) =>
    digest === null ? sql`dataset_name = ${name}` : sql`(dataset_name = ${name} and dataset_digest = ${digest})`,
  );
  return [sql`(${sql.join(each, sql` or `)})`];
}

function orderOf(order: readonly ModelOrder[]): Fragment[] {
  const keys = order.flatMap(({ field, ascending, dataset }) => {
    const attribute = loggedModelAttributes[field];
    const { name, digest } = dataset;
    const value =
      attribute ??
      sql`(select value from atalaya.logged_model_metrics where model = m.id and key = ${field.slice("metrics.".length)}
        and (${name}::text is null or dataset_name = ${name}) and (${digest}::text is null or dataset_digest = ${digest})
        order by at desc, step desc, run limit 1)`;
    return [sql`${value} is null`, sql`${value} ${direction(ascending)}`];
  });
  const fields = order.map(({ field }) => field);
  if (!fields.some((field) => field.startsWith("creation_time"))) keys.push(sql`m.created_at desc`);
  if (!fields.includes("model_id")) keys.push(sql`m.id`);
  return keys;
}
