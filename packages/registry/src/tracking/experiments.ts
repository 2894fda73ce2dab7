import { sql, toJson, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import { type Clause, compare, compareTag, direction, type Order } from "./clauses.js";
import { allOf, type Database, type Fragment, type Page, pageOf, type Stage, type Tags } from "./database.js";

/** Times are milliseconds since 1970. */
export interface Experiment {
  readonly id: number;
  readonly name: string;
  readonly artifactLocation: string;
  readonly stage: Stage;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Tags;
}

const columns = sql`id, name, artifact_location, stage, created_at, updated_at, tags`;

/** @throws REGISTRY_EXPERIMENT_EXISTS */
export async function createExperiment(
  database: Database,
  { name, artifactLocation, tags }: { readonly name: string; readonly artifactLocation: string | null; readonly tags: Tags },
): Promise<number> {
  const moment = Date.now();
  const { rows } = await sql<{ id: number }>`
    with fresh as (select nextval(pg_get_serial_sequence('atalaya.experiments', 'id'))::integer as id)
    insert into atalaya.experiments (id, name, artifact_location, created_at, updated_at, tags)
    select id, ${toText(name)}::text, coalesce(${artifactLocation}::text, 'mlflow-artifacts:/' || id), ${moment}::bigint,
      ${moment}::bigint, ${toJson(tags)}::jsonb from fresh
    on conflict (name) do nothing returning id`.execute(database);
  const [created] = rows;
  if (created === undefined) throw errors.EXPERIMENT_EXISTS({ name });
  return created.id;
}

/** @throws REGISTRY_EXPERIMENT_UNKNOWN */
export async function findExperiment(database: Database, id: number): Promise<Experiment> {
  const { rows } = await sql<Experiment>`select ${columns} from atalaya.experiments where id = ${id}`.execute(database);
  const [found] = rows;
  if (found === undefined) throw errors.EXPERIMENT_UNKNOWN({ experiment: String(id) });
  return found;
}

export async function experimentNamed(database: Database, name: string): Promise<Experiment | null> {
  const { rows } = await sql<Experiment>`select ${columns} from atalaya.experiments where name = ${toText(name)}`.execute(
    database,
  );
  return rows[0] ?? null;
}

/** @throws REGISTRY_EXPERIMENT_NOT_ACTIVE */
export function checkExperimentActive({ id, stage }: Experiment): void {
  if (stage !== "active") throw errors.EXPERIMENT_NOT_ACTIVE({ experiment: String(id), stage });
}

/**
 * Deletes an experiment with its runs, or brings both back. Nothing is removed: `collect` does that.
 *
 * @throws REGISTRY_EXPERIMENT_UNKNOWN when there is none in the other stage
 */
export async function moveExperiment(database: Database, id: number, to: Stage): Promise<void> {
  const moment = Date.now();
  const { rows } = await sql`
    with moved as (
      update atalaya.experiments set stage = ${to}, updated_at = ${moment} where id = ${id} and stage <> ${to} returning id
    ), runs as (
      update atalaya.tracked_runs set stage = ${to}, deleted_at = ${to === "deleted" ? moment : null}
      from moved where experiment = moved.id
    )
    select id from moved`.execute(database);
  if (rows.length === 0) throw errors.EXPERIMENT_UNKNOWN({ experiment: String(id) });
}

/** @throws REGISTRY_EXPERIMENT_UNKNOWN, REGISTRY_EXPERIMENT_DELETED, REGISTRY_EXPERIMENT_EXISTS */
export async function renameExperiment(database: Database, id: number, name: string): Promise<void> {
  const { stage } = await findExperiment(database, id);
  if (stage !== "active") throw errors.EXPERIMENT_DELETED({});
  const { numAffectedRows } = await sql`
    update atalaya.experiments set name = ${toText(name)}, updated_at = ${Date.now()}
    where id = ${id} and not exists (select from atalaya.experiments where name = ${toText(name)} and id <> ${id})`.execute(
    database,
  );
  if (numAffectedRows === 0n) throw errors.EXPERIMENT_EXISTS({ name });
}

/** @throws REGISTRY_EXPERIMENT_UNKNOWN, REGISTRY_EXPERIMENT_NOT_ACTIVE */
export async function setExperimentTag(database: Database, id: number, key: string, value: string): Promise<void> {
  checkExperimentActive(await findExperiment(database, id));
  await sql`update atalaya.experiments set tags = tags || ${toJson({ [key]: value })}::jsonb where id = ${id}`.execute(database);
}

/** @throws REGISTRY_EXPERIMENT_UNKNOWN, REGISTRY_EXPERIMENT_NOT_ACTIVE, REGISTRY_TAG_UNKNOWN */
export async function deleteExperimentTag(database: Database, id: number, key: string): Promise<void> {
  const experiment = await findExperiment(database, id);
  checkExperimentActive(experiment);
  if (!(key in experiment.tags)) throw errors.TAG_UNKNOWN({ key, of: `experiment with id ${id}` });
  await sql`update atalaya.experiments set tags = tags - ${key}::text where id = ${id}`.execute(database);
}

const attributes: Readonly<Record<string, Fragment>> = {
  name: sql`name`,
  experiment_id: sql`id`,
  creation_time: sql`created_at`,
  last_update_time: sql`updated_at`,
};

/** @param request.order  attributes only; the newest first without one */
export async function searchExperiments(
  database: Database,
  request: {
    readonly clauses: readonly Clause[];
    readonly order: readonly Order[];
    readonly stages: readonly Stage[];
    readonly limit: number;
    readonly offset: number;
  },
): Promise<Page<Experiment>> {
  const { clauses, stages, limit, offset } = request;
  const conditions = clauses.map((clause) =>
    clause.entity === "tag" ? compareTag(sql`tags`, clause) : compare(attributes[clause.key] ?? sql`null`, clause),
  );
  const order: Order[] =
    request.order.length > 0 ? [...request.order] : [{ entity: "attribute", key: "creation_time", ascending: false }];
  if (!order.some(({ key }) => key === "experiment_id"))
    order.push({ entity: "attribute", key: "experiment_id", ascending: request.order.length === 0 });
  const keys = order.map(({ key, ascending }) => sql`${attributes[key] ?? sql`id`} ${direction(ascending)}`);
  const { rows } = await sql<Experiment>`
    select ${columns} from atalaya.experiments where stage = any(${stages}) and ${allOf(conditions)}
    order by ${sql.join(keys)} limit ${limit + 1} offset ${offset}`.execute(database);
  return pageOf(rows, limit);
}
