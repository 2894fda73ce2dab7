import { type Row, type Store, sql, toJson, toText } from "@atalaya/store";
import { errors } from "./errors.js";
import { findVersion, lockPipeline } from "./versions.js";

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

/** Where an alias was and is; `changed` is false when it was there already. */
export interface AliasMove {
  readonly pipeline: string;
  readonly alias: string;
  readonly from: number | null;
  readonly to: number;
  readonly changed: boolean;
}

export const aliasChannel = "atalaya_alias";
const aliasPattern = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;

/** @throws REGISTRY_ALIAS_INVALID, REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN */
export async function promote(database: Database, promotion: Promotion): Promise<AliasMove> {
  const { pipeline, version, alias } = promotion;
  if (!aliasPattern.test(alias)) throw errors.ALIAS_INVALID({ alias });
  return database.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipeline);
    await findVersion(transaction, pipeline, { version });
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
    const { version: from } = await findVersion(transaction, pipeline, { alias });
    const to = await versionBefore(transaction, pipeline, alias);
    if (to === undefined) throw errors.NOTHING_TO_ROLL_BACK({ pipeline, alias, version: from });
    return move(transaction, "rollback", request, from, to);
  });
}

async function versionBefore(database: Database, pipeline: string, alias: string): Promise<number | undefined> {
  const query = database.selectFrom("aliasHistory").select(["action", "toVersion"]).where("pipeline", "=", pipeline);
  const stack: number[] = [];
  for (const entry of await query.where("alias", "=", alias).orderBy("id").execute()) {
    if (entry.action === "promote") stack.push(entry.toVersion);
    else stack.pop();
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
  const said = { who: toText(request.who), why: toText(request.why) };
  const state = { version: to, since: new Date(), ...said };
  await transaction
    .insertInto("aliases")
    .values({ pipeline, alias, ...state })
    .onConflict((on) => on.columns(["pipeline", "alias"]).doUpdateSet(state))
    .execute();
  await transaction
    .insertInto("aliasHistory")
    .values({ pipeline, alias, action, fromVersion: from, toVersion: to, ...said })
    .execute();
  await sql`select pg_notify(${aliasChannel}, ${toJson({ pipeline, alias, from, to })})`.execute(transaction);
  return { pipeline, alias, from, to, changed: true };
}

export async function findAlias(database: Database, pipeline: string, alias: string): Promise<AliasState | null> {
  const query = database.selectFrom("aliases").selectAll().where("pipeline", "=", pipeline).where("alias", "=", alias);
  return (await query.executeTakeFirst()) ?? null;
}
