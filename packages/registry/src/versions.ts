import { type ObjectReference, type Row, type Store, sql, toJson, toText } from "@atalaya/store";
import { errors } from "./errors.js";
import { nearestName } from "./nearest.js";

type Database = Store["database"];

/** A registered model with the aliases that it carries now. */
export type ModelVersion = Row<"modelVersions"> & { readonly aliases: readonly string[] };
/** Verdict on a version by one run. */
export type VerdictEntry = Row<"modelHistory">;

/** Which version is meant: by number, or the one that carries an alias. */
export type VersionChoice = { readonly version: number } | { readonly alias: string };

export interface NewVersion {
  readonly pipeline: string;
  /** SHA-256 of the bundle; the same model has the same. */
  readonly hash: string;
  readonly bundle: ObjectReference;
  readonly run: string | null;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly metrics: unknown;
  readonly report?: ObjectReference | null;
  readonly datasetReference: string | null;
  readonly parameters: unknown;
  /** Inputs and outputs, as the prediction service offers them. */
  readonly signature: unknown;
}

export interface NewVerdict {
  readonly pipeline: string;
  readonly version: number;
  readonly run: string | null;
  readonly verdict: string;
  readonly reasons: readonly string[];
  /** Numbers that the verdict rests on. */
  readonly details?: unknown;
}

/** One writer a pipeline at a time: numbers stay dense and moves of an alias have one order. Held until the transaction ends. */
export async function lockPipeline(transaction: Database, pipeline: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`atalaya.registry ${pipeline}`}, 0))`.execute(transaction);
}

export async function registerVersion(database: Database, entry: NewVersion): Promise<{ version: number; created: boolean }> {
  const { pipeline, hash, bundle, run, verdict, reasons } = entry;
  if (bundle.sha256 !== hash) throw errors.HASH_MISMATCH({ pipeline, hash, found: bundle.sha256 });
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipeline);
    const versions = transaction.selectFrom("modelVersions").where("pipeline", "=", pipeline);
    const existing = await versions.select("version").where("hash", "=", hash).executeTakeFirst();
    const version = existing?.version ?? (await nextVersion(transaction, entry));
    if (existing === undefined)
      await transaction
        .insertInto("modelVersions")
        .values({ ...toColumns(entry), version })
        .execute();
    await writeVerdict(transaction, { pipeline, version, run, verdict, reasons });
    return { version, created: existing === undefined };
  });
}

/** Enters the version among the registered ones, where clients of MLflow find it. Their versions count too. */
async function nextVersion(transaction: Database, entry: NewVersion): Promise<number> {
  const { pipeline, hash, run } = entry;
  const model = modelIdOf(hash);
  const { rows } = await sql<{ version: number }>`
    with moment as (select atalaya.milliseconds(now()) as now), logged as (
      insert into atalaya.logged_models
        (id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run, tags, params)
      select ${model}, experiments.id, name, ${exportLocation(hash)}, now, now, 'LOGGED_MODEL_READY', 'atalaya',
        atalaya.tracked_id(${run}), ${toJson({ "atalaya.hash": hash })}::jsonb, ${textsOf(entry.parameters)}::jsonb
      from atalaya.experiments, moment where name = ${pipeline} on conflict (id) do nothing
    ), output as (
      insert into atalaya.run_models (run, model, kind)
      select number, ${model}, 'output' from atalaya.tracked_runs where id = atalaya.tracked_id(${run}) on conflict do nothing
    ), model as (
      insert into atalaya.registered_models (name, created_at, updated_at, last_version)
      values (${pipeline}, atalaya.milliseconds(now()), atalaya.milliseconds(now()), 1)
      on conflict (name) do update set last_version = registered_models.last_version + 1, updated_at = excluded.updated_at
      returning name, last_version
    )
    insert into atalaya.registered_versions
      (name, version, source, storage_location, run_id, model_id, user_id, created_at, updated_at)
    select name, last_version, ${`models:/${model}`}, ${exportLocation(hash)}, atalaya.tracked_id(${run}), ${model}, 'atalaya',
      atalaya.milliseconds(now()), atalaya.milliseconds(now()) from model
    returning version`.execute(transaction);
  return rows[0]?.version ?? 1;
}

/** Values as the texts that parameters of MLflow are. */
function textsOf(parameters: unknown): string {
  const entries = typeof parameters === "object" && parameters !== null ? Object.entries(parameters) : [];
  return toJson(Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? value : toJson(value)])));
}

/** Id of a model among MLflow's logged models. */
function modelIdOf(hash: string): string {
  return `m-${hash.slice(0, 32)}`;
}

/** Where the model lies for a client of MLflow; it is written when first asked for. */
export function exportLocation(hash: string): string {
  return `mlflow-artifacts:/models/${modelIdOf(hash)}/artifacts`;
}

function toColumns(entry: NewVersion) {
  const { pipeline, hash, run, verdict, datasetReference, report = null } = entry;
  const json = {
    bundle: toJson(entry.bundle),
    reasons: toJson(entry.reasons),
    metrics: toJson(entry.metrics),
    parameters: toJson(entry.parameters),
    signature: toJson(entry.signature),
    report: report === null ? null : toJson(report),
  };
  return { pipeline, hash, run, verdict: toText(verdict), datasetReference, ...json };
}

/** Writes one row a (version, run); a version shows the verdict of the run that judged it last. */
export async function writeVerdict(database: Database, entry: NewVerdict): Promise<void> {
  const { pipeline, version, run } = entry;
  const verdict = { verdict: toText(entry.verdict), reasons: toJson(entry.reasons) };
  const written = await database
    .insertInto("modelHistory")
    .values({ pipeline, version, run, ...verdict, details: toJson(entry.details ?? {}) })
    .onConflict((on) =>
      on
        .columns(["pipeline", "version", "run"])
        .doUpdateSet({ ...verdict, ...(entry.details !== undefined && { details: toJson(entry.details) }) }),
    )
    .returning("id")
    .executeTakeFirst();
  if (written === undefined) return;
  await database
    .updateTable("modelVersions")
    .set(verdict)
    .where("pipeline", "=", pipeline)
    .where("version", "=", version)
    .execute();
}

export async function pipelines(database: Database): Promise<string[]> {
  const rows = await database.selectFrom("modelVersions").select("pipeline").distinct().orderBy("pipeline").execute();
  return rows.map((row) => row.pipeline);
}

/** The newest first. */
export async function listVersions(database: Database, pipeline: string | null, limit: number): Promise<ModelVersion[]> {
  let query = database.selectFrom("modelVersions").selectAll();
  if (pipeline !== null) query = query.where("pipeline", "=", pipeline);
  const rows = await query.orderBy("pipeline").orderBy("version", "desc").limit(limit).execute();
  if (rows.length === 0 && pipeline !== null) throw await unknownPipeline(database, pipeline);
  const aliases = await database.selectFrom("aliases").select(["pipeline", "alias", "version"]).orderBy("alias").execute();
  return rows.map((row) => ({
    ...row,
    aliases: aliases
      .filter(({ pipeline: name, version }) => name === row.pipeline && version === row.version)
      .map(({ alias }) => alias),
  }));
}

/** @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN, REGISTRY_ALIAS_UNKNOWN */
export async function findVersion(database: Database, pipeline: string, choice: VersionChoice): Promise<ModelVersion> {
  const aliases = await database
    .selectFrom("aliases")
    .select(["alias", "version"])
    .where("pipeline", "=", pipeline)
    .orderBy("alias")
    .execute();
  const wanted = "version" in choice ? choice.version : aliases.find(({ alias }) => alias === choice.alias)?.version;
  const newest = await newestVersion(database, pipeline);
  if (newest === null) throw await unknownPipeline(database, pipeline);
  if (wanted === undefined) {
    const alias = "alias" in choice ? choice.alias : "";
    throw errors.ALIAS_UNKNOWN({
      pipeline,
      alias,
      nearest: nearestName(
        alias,
        aliases.map((row) => row.alias),
      ),
    });
  }
  const query = database.selectFrom("modelVersions").selectAll().where("pipeline", "=", pipeline);
  const isNumber = Number.isInteger(wanted) && wanted > 0 && wanted <= newest;
  const row = isNumber ? await query.where("version", "=", wanted).executeTakeFirst() : undefined;
  if (row === undefined && (await isRegistered(database, pipeline, wanted)))
    throw errors.VERSION_WITHOUT_BUNDLE({ pipeline, version: wanted });
  if (row === undefined) throw errors.VERSION_UNKNOWN({ pipeline, version: wanted, newest });
  return { ...row, aliases: aliases.filter(({ version }) => version === row.version).map(({ alias }) => alias) };
}

async function isRegistered(database: Database, name: string, version: number): Promise<boolean> {
  if (!Number.isInteger(version) || version < 1 || version >= 2 ** 31) return false;
  const { rows } = await sql`
    select from atalaya.registered_versions where name = ${name} and version = ${version}`.execute(database);
  return rows.length > 0;
}

async function newestVersion(database: Database, pipeline: string): Promise<number | null> {
  const query = database.selectFrom("modelVersions").select("version").where("pipeline", "=", pipeline);
  return (await query.orderBy("version", "desc").limit(1).executeTakeFirst())?.version ?? null;
}

export async function unknownPipeline(database: Database, pipeline: string): Promise<Error> {
  return errors.PIPELINE_UNKNOWN({ pipeline, nearest: nearestName(pipeline, await pipelines(database)) });
}
