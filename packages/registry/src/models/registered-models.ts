import { sql, toJson, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import { type Clause, compare, compareTag, direction, type Order } from "../tracking/clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf, type Tags } from "../tracking/database.js";
import { lockPipeline } from "../versions.js";
import { latestByStage, type RegisteredVersion } from "./registered-versions.js";

/** Times are milliseconds since 1970. */
export interface RegisteredModel {
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Tags;
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  /** The newest version of each stage. */
  readonly latest: readonly RegisteredVersion[];
}

type Columns = Omit<RegisteredModel, "latest">;

const columns = sql`m.name, m.description, m.created_at, m.updated_at, m.tags, coalesce(
  (select jsonb_agg(jsonb_build_object('alias', alias, 'version', version) order by alias)
   from atalaya.aliases where pipeline = m.name), '[]') as aliases`;

/** @throws REGISTRY_MODEL_EXISTS */
export async function createModel(
  database: Database,
  { name, description, tags }: { readonly name: string; readonly description: string | null; readonly tags: Tags },
): Promise<RegisteredModel> {
  const moment = Date.now();
  const { numAffectedRows } = await sql`
    insert into atalaya.registered_models (name, description, created_at, updated_at, tags)
    values (${toText(name)}, ${description === null ? null : toText(description)}, ${moment}, ${moment}, ${toJson(tags)}::jsonb)
    on conflict (name) do nothing`.execute(database);
  if (numAffectedRows === 0n) throw errors.MODEL_EXISTS({ model: name });
  return { name, description, createdAt: moment, updatedAt: moment, tags, aliases: [], latest: [] };
}

/** @throws REGISTRY_MODEL_UNKNOWN */
export async function findModel(database: Database, name: string): Promise<RegisteredModel> {
  const { rows } = await sql<Columns>`
    select ${columns} from atalaya.registered_models as m where name = ${toText(name)}`.execute(database);
  const [found] = await withLatest(database, rows);
  if (found === undefined) throw errors.MODEL_UNKNOWN({ model: name });
  return found;
}

async function withLatest(database: Database, models: readonly Columns[]): Promise<RegisteredModel[]> {
  const latest = await latestByStage(
    database,
    models.map(({ name }) => name),
  );
  return models.map((model) => ({ ...model, latest: latest.filter(({ name }) => name === model.name) }));
}

/** @throws REGISTRY_MODEL_UNKNOWN */
export async function describeModel(database: Database, name: string, description: string | null): Promise<RegisteredModel> {
  await sql`update atalaya.registered_models set description = ${description === null ? null : toText(description)},
    updated_at = ${Date.now()} where name = ${toText(name)}`.execute(database);
  return findModel(database, name);
}

/**
 * Renames a model with its versions, aliases and history.
 *
 * @throws REGISTRY_MODEL_UNKNOWN, REGISTRY_MODEL_EXISTS, REGISTRY_MODEL_OF_PIPELINE
 */
export async function renameModel(database: Database, name: string, newName: string): Promise<RegisteredModel> {
  await database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, name);
    await findModel(transaction, name);
    await refuseForPipeline(transaction, name, "renamed");
    const { rows } = await sql`select from atalaya.registered_models where name = ${toText(newName)}`.execute(transaction);
    if (rows.length > 0) throw errors.MODEL_EXISTS({ model: newName });
    const moment = Date.now();
    await sql`update atalaya.registered_models set name = ${toText(newName)}, updated_at = ${moment} where name = ${name}`.execute(
      transaction,
    );
    await sql`update atalaya.registered_versions set updated_at = ${moment} where name = ${toText(newName)}`.execute(transaction);
    for (const [table, column] of [
      ["alias_history", "pipeline"],
      ["model_comments", "model"],
    ] as const)
      await sql`update ${sql.table(`atalaya.${table}`)} set ${sql.ref(column)} = ${toText(newName)} where ${sql.ref(column)} = ${name}`.execute(
        transaction,
      );
  });
  return findModel(database, newName);
}

/** Deletes a model with its versions and aliases; the history stays. @throws REGISTRY_MODEL_UNKNOWN, REGISTRY_MODEL_OF_PIPELINE */
export async function deleteModel(database: Database, name: string): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, name);
    await findModel(transaction, name);
    await refuseForPipeline(transaction, name, "deleted");
    await sql`delete from atalaya.registered_models where name = ${name}`.execute(transaction);
  });
}

async function refuseForPipeline(database: Database, model: string, action: string): Promise<void> {
  const { rows } = await sql`select from atalaya.model_versions where pipeline = ${model} limit 1`.execute(database);
  if (rows.length > 0) throw errors.MODEL_OF_PIPELINE({ model, action });
}

/** @throws REGISTRY_MODEL_UNKNOWN */
export async function setModelTag(database: Database, name: string, key: string, value: string): Promise<void> {
  const { numAffectedRows } = await sql`
    update atalaya.registered_models set tags = tags || ${toJson({ [key]: value })}::jsonb where name = ${toText(name)}`.execute(
    database,
  );
  if (numAffectedRows === 0n) throw errors.MODEL_UNKNOWN({ model: name });
}

/** A tag that is not there is no error. @throws REGISTRY_MODEL_UNKNOWN */
export async function deleteModelTag(database: Database, name: string, key: string): Promise<void> {
  const { numAffectedRows } = await sql`
    update atalaya.registered_models set tags = tags - ${toText(key)}::text where name = ${toText(name)}`.execute(database);
  if (numAffectedRows === 0n) throw errors.MODEL_UNKNOWN({ model: name });
}

const attributes: Readonly<Record<string, Fragment>> = {
  name: sql`m.name`,
  creation_timestamp: sql`m.created_at`,
  last_updated_timestamp: sql`m.updated_at`,
  timestamp: sql`m.updated_at`,
};

export async function searchModels(
  database: Database,
  search: {
    readonly clauses: readonly Clause[];
    readonly order: readonly Order[];
    readonly limit: number;
    readonly offset: number;
  },
): Promise<Page<RegisteredModel>> {
  const { clauses, order, limit, offset } = search;
  const conditions = clauses.map((clause) => modelCondition(clause));
  const keys = order.map(({ key, ascending }) => sql`${attributes[key] ?? sql`m.name`} ${direction(ascending)}`);
  if (!order.some(({ key }) => key === "name")) keys.push(sql`m.name`);
  const { rows } = await sql<Columns>`
    select ${columns} from atalaya.registered_models as m where ${allOf(conditions)}
    order by ${sql.join(keys)} limit ${limit + 1} offset ${offset}`.execute(database);
  const { items, hasMore } = pageOf(rows, limit);
  return { items: await withLatest(database, items), hasMore };
}

/** Models of prompts are left out by the client with `!=` on a tag, which models without the tag satisfy. */
function modelCondition(clause: Clause): Fragment {
  if (clause.entity !== "tag") return compare(attributes[clause.key] ?? sql`null`, clause);
  const isAbsent =
    clause.key === "mlflow.prompt.is_prompt" && clause.comparator === "!=" ? sql`not (m.tags ? ${clause.key}) or ` : sql``;
  return sql`(${isAbsent}${compareTag(sql`m.tags`, clause)})`;
}
