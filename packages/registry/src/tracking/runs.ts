import { randomUUID } from "node:crypto";
import { type PreparedStatement, runPrepared, sql, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import type { Database, Stage, Tags } from "./database.js";
import { checkExperimentActive, findExperiment } from "./experiments.js";

/**
 * What tells two states of run `r` apart, with everything that was logged to it: equal in two snapshots when nothing of it was changed
 * between them.
 */
export const runRevision = sql`r.xmin || '.' || coalesce((select sum(touches) from atalaya.run_touches where run = r.number), 0)`;

export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

/** Times are milliseconds since 1970. */
export interface RunInfo {
  /** Key of the tables below a run. */
  readonly number: number;
  readonly id: string;
  readonly experiment: number;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly artifactUri: string;
  readonly stage: Stage;
}

export interface Metric {
  readonly key: string;
  /** NaN is kept; infinities become the largest double, as in MLflow. */
  readonly value: number;
  readonly at: number;
  readonly step: number;
}

export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: Tags;
}

export interface ModelLink {
  readonly model: string;
  readonly step: number;
}

/** A run with everything that was logged to it; of each metric the latest point. */
export interface TrackedRun extends RunInfo {
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly metrics: readonly Metric[];
  readonly datasets: readonly DatasetInput[];
  readonly inputModels: readonly ModelLink[];
  readonly outputModels: readonly ModelLink[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface NewTrackedRun {
  readonly experiment: number;
  readonly name: string;
  readonly userId: string;
  readonly startedAt: number | null;
  readonly tags: readonly KeyValue[];
}

const columnNames = `number, id, experiment, name, user_id as "userId", status, started_at as "startedAt", ended_at as "endedAt",
  artifact_uri as "artifactUri", stage`;

/** Columns of a run, which the query calls `r`. */
export const runColumns = sql`r.number, r.id, r.experiment, r.name, r.user_id as "userId", r.status, r.started_at as "startedAt",
  r.ended_at as "endedAt", r.artifact_uri as "artifactUri", r.stage`;

const insertRun: PreparedStatement = {
  name: "create-run",
  text: `with experiment as (
    select id, artifact_location from atalaya.experiments where id = $2::integer and stage = 'active' for key share
  ), run as (
    insert into atalaya.tracked_runs (id, experiment, name, user_id, status, started_at, artifact_uri)
    select $1::text, experiment.id, $3::text, $4::text, 'RUNNING', $5::bigint,
      rtrim(artifact_location, '/') || '/' || $1::text || '/artifacts'
    from experiment returning *
  ), tags as (
    insert into atalaya.run_tags (run, experiment, key, value)
    select number, experiment, key, value from run, unnest($6::text[], $7::text[]) as given (key, value)
  )
  select ${columnNames} from run`,
};

/** @throws REGISTRY_EXPERIMENT_UNKNOWN, REGISTRY_EXPERIMENT_NOT_ACTIVE */
export async function createRun(database: Database, run: NewTrackedRun): Promise<RunInfo> {
  const id = randomUUID().replaceAll("-", "");
  const tags = lastOfEach(run.tags);
  const [created] = await runPrepared<RunInfo>(database, insertRun, [
    id,
    run.experiment,
    toText(run.name),
    toText(run.userId),
    run.startedAt,
    keysOf(tags),
    valuesOf(tags),
  ]);
  if (created !== undefined) return created;
  const experiment = await findExperiment(database, run.experiment);
  checkExperimentActive(experiment);
  throw errors.EXPERIMENT_UNKNOWN({ experiment: String(run.experiment) });
}

/** Of a key that comes twice, the last value. */
export function lastOfEach(pairs: readonly KeyValue[]): KeyValue[] {
  return [...new Map(pairs.map((pair) => [pair.key, pair])).values()];
}

export function keysOf(pairs: readonly KeyValue[]): string[] {
  return pairs.map(({ key }) => toText(key));
}

export function valuesOf(pairs: readonly KeyValue[]): string[] {
  return pairs.map(({ value }) => toText(value));
}

const selectRun: PreparedStatement = {
  name: "find-run",
  text: `select ${columnNames} from atalaya.tracked_runs where id = $1::text`,
};

/** @throws REGISTRY_RUN_UNKNOWN */
export async function findRun(database: Database, id: string): Promise<RunInfo> {
  const [found] = await runPrepared<RunInfo>(database, selectRun, [toText(id)]);
  if (found === undefined) throw errors.RUN_UNKNOWN({ run: id });
  return found;
}

/** @throws REGISTRY_RUN_NOT_ACTIVE */
export function checkRunActive({ id, stage }: RunInfo): void {
  if (stage !== "active") throw errors.RUN_NOT_ACTIVE({ run: id, stage });
}

const changeRun: PreparedStatement = {
  name: "update-run",
  text: `with run as (
    update atalaya.tracked_runs set status = coalesce($2::text, status), ended_at = coalesce($3::bigint, ended_at),
      name = coalesce($4::text, name)
    where id = $1::text and stage = 'active' returning *
  ), tag as (
    insert into atalaya.run_tags (run, experiment, key, value)
    select number, experiment, 'mlflow.runName', $4::text from run where $4::text is not null
    on conflict (run, key) do update set value = excluded.value
  )
  select ${columnNames} from run`,
};

/**
 * @param change.name  changes the tag `mlflow.runName` too
 * @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE
 */
export async function updateRun(
  database: Database,
  id: string,
  change: { readonly status: RunStatus | null; readonly endedAt: number | null; readonly name: string | null },
): Promise<RunInfo> {
  const name = change.name === null ? null : toText(change.name);
  const [updated] = await runPrepared<RunInfo>(database, changeRun, [toText(id), change.status, change.endedAt, name]);
  if (updated !== undefined) return updated;
  const run = await findRun(database, id);
  checkRunActive(run);
  return run;
}

/** Deletes a run, or brings it back. Nothing is removed: `collect` does that. @throws REGISTRY_RUN_UNKNOWN */
export async function moveRun(database: Database, id: string, to: Stage): Promise<void> {
  const deletedAt = to === "deleted" ? Date.now() : null;
  const { numAffectedRows } = await sql`
    update atalaya.tracked_runs set stage = ${to}, deleted_at = ${deletedAt} where id = ${toText(id)}`.execute(database);
  if (numAffectedRows === 0n) throw errors.RUN_UNKNOWN({ run: id });
}

/** @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE, REGISTRY_TAG_UNKNOWN */
export async function deleteRunTag(database: Database, id: string, key: string): Promise<void> {
  const run = await findRun(database, id);
  checkRunActive(run);
  const { numAffectedRows } = await sql`
    delete from atalaya.run_tags where run = ${run.number} and key = ${toText(key)}`.execute(database);
  if (numAffectedRows === 0n) throw errors.TAG_UNKNOWN({ key, of: `run with id ${id}` });
}
