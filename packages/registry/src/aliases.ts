import { type Row, type Store, sql, toJson, toText } from "@atalaya/store";
import { errors } from "./errors.js";
import { findVersion, lockPipeline, unknownPipeline } from "./versions.js";

type Database = Store["database"];

/** Which version carries an alias, since when and why. */
export type AliasState = Row<"aliases">;
/** One move of an alias. */
export type AliasMoveEntry = Row<"aliasHistory">;

export interface Promotion {
  readonly pipeline: string;
  readonly version: number;
  readonly alias: string;
  readonly why: string;
  readonly who: string;
}

export type Rollback = Omit<Promotion, "version">;
export type AliasRemoval = Rollback;

/** Where an alias was and is; `changed` is false when it was there already. */
export interface AliasMove {
  readonly pipeline: string;
  readonly alias: string;
  readonly from: number | null;
  /** Null: no version carries it any more. */
  readonly to: number | null;
  readonly changed: boolean;
}

export const aliasChannel = "atalaya_alias";
const aliasPattern = /^[\p{L}\p{N}_.-]{1,255}$/u;

/**
 * Any registered version may carry an alias, also one that a client of MLflow registered.
 *
 * @throws REGISTRY_ALIAS_INVALID, REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN
 */
export async function promote(database: Database, promotion: Promotion): Promise<AliasMove> {
  const { pipeline, version, alias } = promotion;
  if (!aliasPattern.test(alias)) throw errors.ALIAS_INVALID({ alias });
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipeline);
    await checkRegistered(transaction, pipeline, version);
    const from = (await findAlias(transaction, pipeline, alias))?.version ?? null;
    if (from === version) return { pipeline, alias, from, to: version, changed: false };
    return move(transaction, "promote", promotion, from, version);
  });
}

/**
 * Puts an alias back on the version that had it before the present one. A second rollback goes one further back, as
 * the history is a stack: promotions put on it, rollbacks take from it.
 *
 * @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_ALIAS_UNKNOWN, REGISTRY_NOTHING_TO_ROLL_BACK
 */
export async function rollback(database: Database, request: Rollback): Promise<AliasMove> {
  const { pipeline, alias } = request;
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipeline);
    const from = await carrierOf(transaction, pipeline, alias);
    const to = await versionBefore(transaction, pipeline, alias);
    if (to === undefined) throw errors.NOTHING_TO_ROLL_BACK({ pipeline, alias, version: from });
    return move(transaction, "rollback", request, from, to);
  });
}

/**
 * Takes an alias away from whatever carries it; without one, nothing happens.
 *
 * @returns the version that carried it
 */
export async function removeAlias(database: Database, request: AliasRemoval): Promise<number | null> {
  const { pipeline, alias } = request;
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipeline);
    const from = (await findAlias(transaction, pipeline, alias))?.version ?? null;
    if (from === null) return null;
    await transaction.deleteFrom("aliases").where("pipeline", "=", pipeline).where("alias", "=", alias).execute();
    await writeMove(transaction, "remove", request, from, null);
    return from;
  });
}

/** @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN */
async function checkRegistered(transaction: Database, pipeline: string, version: number): Promise<void> {
  const isNumber = Number.isInteger(version) && version > 0 && version < 2 ** 31;
  const { rows } = await sql<{ newest: number; found: boolean }>`
    select last_version as newest, exists (
      select from atalaya.registered_versions where name = ${pipeline} and version = ${isNumber ? version : 0}) as found
    from atalaya.registered_models where name = ${pipeline}`.execute(transaction);
  const [facts] = rows;
  if (facts === undefined) throw await unknownPipeline(transaction, pipeline);
  if (!facts.found) throw errors.VERSION_UNKNOWN({ pipeline, version, newest: facts.newest });
}

/** @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_ALIAS_UNKNOWN */
async function carrierOf(transaction: Database, pipeline: string, alias: string): Promise<number> {
  const found = await findAlias(transaction, pipeline, alias);
  // Only for its error, which names the nearest alias.
  return found?.version ?? (await findVersion(transaction, pipeline, { alias })).version;
}

async function versionBefore(database: Database, pipeline: string, alias: string): Promise<number | undefined> {
  const query = database.selectFrom("aliasHistory").select(["action", "toVersion"]).where("pipeline", "=", pipeline);
  const stack: number[] = [];
  for (const entry of await query.where("alias", "=", alias).orderBy("id").execute()) {
    if (entry.action === "rollback") stack.pop();
    // Taken away and given again to the same version is no step back.
    else if (entry.toVersion !== null && entry.toVersion !== stack.at(-1)) stack.push(entry.toVersion);
  }
  return stack.at(-2);
}

/** The state, its history and the notification appear together, when the transaction is committed. */
async function move(
  transaction: Database,
  action: "promote" | "rollback",
  request: Rollback,
  from: number | null,
  to: number,
): Promise<AliasMove> {
  const { pipeline, alias } = request;
  const state = { version: to, since: new Date(), who: toText(request.who), why: toText(request.why) };
  await transaction
    .insertInto("aliases")
    .values({ pipeline, alias, ...state })
    .onConflict((on) => on.columns(["pipeline", "alias"]).doUpdateSet(state))
    .execute();
  await writeMove(transaction, action, request, from, to);
  return { pipeline, alias, from, to, changed: true };
}

async function writeMove(
  transaction: Database,
  action: "promote" | "rollback" | "remove",
  request: Rollback,
  from: number | null,
  to: number | null,
): Promise<void> {
  const { pipeline, alias } = request;
  await transaction
    .insertInto("aliasHistory")
    .values({ pipeline, alias, action, fromVersion: from, toVersion: to, who: toText(request.who), why: toText(request.why) })
    .execute();
  await sql`select pg_notify(${aliasChannel}, ${toJson({ pipeline, alias, from, to })})`.execute(transaction);
}

export async function findAlias(database: Database, pipeline: string, alias: string): Promise<AliasState | null> {
  const query = database.selectFrom("aliases").selectAll().where("pipeline", "=", pipeline).where("alias", "=", alias);
  return (await query.executeTakeFirst()) ?? null;
}
