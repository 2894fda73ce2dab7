import { type PreparedStatement, runPrepared, sql, toJson, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import { type Clause, compare, compareTag, direction, type Order } from "../tracking/clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf, type Tags } from "../tracking/database.js";
import { lockPipeline } from "../versions.js";

/** A version of a model, whoever registered it. Times are milliseconds since 1970. */
export interface RegisteredVersion {
  readonly name: string;
  readonly version: number;
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly modelId: string | null;
  readonly userId: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly stage: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Tags;
  readonly aliases: readonly string[];
}

const columns = sql`v.name, v.version, v.source, v.storage_location, v.run_id, v.run_link, v.model_id, v.user_id, v.description,
  v.status, v.stage, v.created_at, v.updated_at, v.tags, coalesce(
    (select jsonb_agg(alias order by alias) from atalaya.aliases where pipeline = v.name and version = v.version), '[]') as aliases`;

/** @throws REGISTRY_MODEL_VERSION_UNKNOWN */
export async function findRegistered(database: Database, name: string, version: number): Promise<RegisteredVersion> {
  const isNumber = Number.isInteger(version) && version > 0 && version < 2 ** 31;
  const { rows } = await sql<RegisteredVersion>`
    select ${columns} from atalaya.registered_versions as v
    where name = ${toText(name)} and version = ${isNumber ? version : 0}`.execute(database);
  const [found] = rows;
  if (found === undefined) throw errors.MODEL_VERSION_UNKNOWN({ model: name, version });
  return found;
}

const selectByAlias: PreparedStatement = {
  name: "version-by-alias",
  text: `select v.name, v.version, v.source, v.storage_location as "storageLocation", v.run_id as "runId", v.run_link as "runLink",
      v.model_id as "modelId", v.user_id as "userId", v.description, v.status, v.stage, v.created_at as "createdAt",
      v.updated_at as "updatedAt", v.tags, coalesce((select jsonb_agg(alias order by alias) from atalaya.aliases
        where pipeline = v.name and version = v.version), '[]') as aliases
    from atalaya.aliases as a join atalaya.registered_versions as v on v.name = a.pipeline and v.version = a.version
    where a.pipeline = $1::text and a.alias = $2::text`,
};

/** The version that carries an alias, in one query; null when none does, or there is no such model. */
export async function registeredByAlias(database: Database, name: string, alias: string): Promise<RegisteredVersion | null> {
  const [found] = await runPrepared<RegisteredVersion>(database, selectByAlias, [toText(name), toText(alias)]);
  return found ?? null;
}

/** Registers what a client made; numbers count with those of Atalaya's own versions. @throws REGISTRY_MODEL_UNKNOWN */
export async function createRegistered(
  database: Database,
  entry: Pick<
    RegisteredVersion,
    "name" | "source" | "storageLocation" | "runId" | "runLink" | "modelId" | "description" | "tags"
  >,
): Promise<RegisteredVersion> {
  const { name, source, storageLocation, runId, runLink, modelId, description } = entry;
  const moment = Date.now();
  const { rows } = await sql<RegisteredVersion>`
    with model as (
      update atalaya.registered_models set last_version = last_version + 1, updated_at = ${moment} where name = ${toText(name)}
      returning name, last_version
    )
    insert into atalaya.registered_versions as v
      (name, version, source, storage_location, run_id, run_link, model_id, description, created_at, updated_at, tags)
    select name, last_version, ${toText(source)}::text, ${toText(storageLocation)}::text, ${runId}::text, ${runLink}::text,
      ${modelId}::text, ${description === null ? null : toText(description)}::text, ${moment}::bigint, ${moment}::bigint,
      ${toJson(entry.tags)}::jsonb from model
    returning ${columns}`.execute(database);
  const [created] = rows;
  if (created === undefined) throw errors.MODEL_UNKNOWN({ model: name });
  return created;
}

/** @throws REGISTRY_MODEL_VERSION_UNKNOWN */
export async function describeRegistered(
  database: Database,
  name: string,
  version: number,
  description: string | null,
): Promise<RegisteredVersion> {
  await findRegistered(database, name, version);
  await sql`update atalaya.registered_versions set description = ${description === null ? null : toText(description)},
    updated_at = ${Date.now()} where name = ${name} and version = ${version}`.execute(database);
  return findRegistered(database, name, version);
}

/** Moves a version to a stage (which MLflow deprecates for aliases). @throws REGISTRY_MODEL_VERSION_UNKNOWN */
export async function moveToStage(
  database: Database,
  request: { readonly name: string; readonly version: number; readonly stage: string; readonly archiveOthers: boolean },
): Promise<RegisteredVersion> {
  const { name, version, stage, archiveOthers } = request;
  const moment = Date.now();
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, name);
    await findRegistered(transaction, name, version);
    if (archiveOthers)
      await sql`update atalaya.registered_versions set stage = 'Archived', updated_at = ${moment}
        where name = ${name} and version <> ${version} and stage = ${stage}`.execute(transaction);
    await sql`update atalaya.registered_versions set stage = ${stage}, updated_at = ${moment}
      where name = ${name} and version = ${version}`.execute(transaction);
    await sql`update atalaya.registered_models set updated_at = ${moment} where name = ${name}`.execute(transaction);
    return findRegistered(transaction, name, version);
  });
}

/**
 * Deletes a version; its number is never given again and its history stays. What a pipeline serves from is not deleted.
 *
 * @throws REGISTRY_MODEL_VERSION_UNKNOWN, REGISTRY_VERSION_IN_USE
 */
export async function deleteRegistered(database: Database, name: string, version: number): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, name);
    const { aliases } = await findRegistered(transaction, name, version);
    const { rows } = await sql`
      select from atalaya.model_versions where pipeline = ${name} and version = ${version}`.execute(transaction);
    if (rows.length > 0 && aliases.length > 0) throw errors.VERSION_IN_USE({ pipeline: name, version, aliases });
    await sql`delete from atalaya.registered_versions where name = ${name} and version = ${version}`.execute(transaction);
    await sql`update atalaya.registered_models set updated_at = ${Date.now()} where name = ${name}`.execute(transaction);
  });
}

/** @throws REGISTRY_MODEL_VERSION_UNKNOWN */
export async function setVersionTag(
  database: Database,
  name: string,
  version: number,
  key: string,
  value: string,
): Promise<void> {
  await findRegistered(database, name, version);
  await sql`update atalaya.registered_versions set tags = tags || ${toJson({ [key]: value })}::jsonb
    where name = ${name} and version = ${version}`.execute(database);
}

/** A tag that is not there is no error. @throws REGISTRY_MODEL_VERSION_UNKNOWN */
export async function deleteVersionTag(database: Database, name: string, version: number, key: string): Promise<void> {
  await findRegistered(database, name, version);
  await sql`update atalaya.registered_versions set tags = tags - ${toText(key)}::text
    where name = ${name} and version = ${version}`.execute(database);
}

/** The newest version of each stage, of several models. */
export async function latestByStage(database: Database, names: readonly string[]): Promise<readonly RegisteredVersion[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<RegisteredVersion>`
    select distinct on (v.name, v.stage) ${columns} from atalaya.registered_versions as v
    where v.name = any(${names.map(toText)}) order by v.name, v.stage, v.version desc`.execute(database);
  return rows;
}

const attributes: Readonly<Record<string, Fragment>> = {
  name: sql`v.name`,
  version_number: sql`v.version`,
  run_id: sql`v.run_id`,
  source_path: sql`v.source`,
  creation_timestamp: sql`v.created_at`,
  last_updated_timestamp: sql`v.updated_at`,
};

/** @param search.order  attributes; the last updated first without one */
export async function searchRegistered(
  database: Database,
  search: {
    readonly clauses: readonly Clause[];
    readonly order: readonly Order[];
    readonly limit: number;
    readonly offset: number;
  },
): Promise<Page<RegisteredVersion>> {
  const { clauses, limit, offset } = search;
  const conditions = clauses.map((clause) => {
    if (clause.entity !== "tag") return compare(attributes[clause.key] ?? sql`null`, clause);
    const isAbsent =
      clause.key === "mlflow.prompt.is_prompt" && clause.comparator === "!=" ? sql`not (v.tags ? ${clause.key}) or ` : sql``;
    return sql`(${isAbsent}${compareTag(sql`v.tags`, clause)})`;
  });
  const order: Order[] = [...search.order];
  if (order.length === 0) order.push({ entity: "attribute", key: "last_updated_timestamp", ascending: false });
  const keys = order.map(({ key, ascending }) => sql`${attributes[key] ?? sql`v.name`} ${direction(ascending)}`);
  if (!order.some(({ key }) => key === "name")) keys.push(sql`v.name`);
  if (!order.some(({ key }) => key === "version_number")) keys.push(sql`v.version desc`);
  const { rows } = await sql<RegisteredVersion>`
    select ${columns} from atalaya.registered_versions as v where ${allOf(conditions)}
    order by ${sql.join(keys)} limit ${limit + 1} offset ${offset}`.execute(database);
  return pageOf(rows, limit);
}
