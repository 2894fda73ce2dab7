import { type Json, type Store, sql } from "@atalaya/store";

type Database = Store["database"];

/** What changed: for `params`, `tags`, `metrics` and `datasets` with the values, for the others only what to look at. */
export type ChangeKind =
  | "experiment"
  | "run"
  | "whole"
  | "params"
  | "tags"
  | "metrics"
  | "datasets"
  | "artifact"
  | "model"
  | "renamed"
  | "version"
  | "alias";

export interface Change {
  readonly id: number;
  readonly kind: ChangeKind;
  /** A run's id, a path, a name, or a name and a version or alias with a slash between. */
  readonly subject: string;
  readonly content: Json;
  readonly attempts: number;
}

/** Changes that wait, in the order in which they were written. Those that were given up are left out. */
export async function waitingChanges(database: Database, limit: number): Promise<readonly Change[]> {
  const { rows } = await sql<{ id: number; event: Omit<Change, "id" | "attempts">; attempts: number }>`
    select id, event, attempts from atalaya.outbox
    where target = 'mirror' and delivered_at is null and next_at < 'infinity' order by id limit ${limit}`.execute(database);
  return rows.map(({ id, event, attempts }) => ({ ...event, content: event.content ?? null, id, attempts }));
}

/** What was carried out is gone: the tables hold the facts. */
export async function forgetChanges(database: Database, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await sql`delete from atalaya.outbox where id = any(${ids}::bigint[])`.execute(database);
}

/** False: all of them were part of something that was carried out meanwhile, such as a run that was brought over as a whole. */
export async function isStillWaiting(database: Database, ids: readonly number[]): Promise<boolean> {
  const { rows } = await sql`select from atalaya.outbox where id = any(${ids}::bigint[]) limit 1`.execute(database);
  return rows.length > 0;
}

/** The other side will never take these: they are kept to be looked at, and the rest goes on. */
export async function giveUpChanges(database: Database, ids: readonly number[], because: string): Promise<void> {
  await sql`update atalaya.outbox set attempts = attempts + 1, failure = ${because}, next_at = 'infinity'
    where id = any(${ids}::bigint[])`.execute(database);
}

/** Everything that is there already, each thing once: what it consists of is read when its turn comes. */
export async function addEverything(database: Database): Promise<void> {
  await sql`
    insert into atalaya.outbox (target, event)
    select 'mirror', jsonb_build_object('kind', kind, 'subject', subject) from (
      select 1 as place, 'experiment' as kind, id::text as subject, id::bigint as number from atalaya.experiments
      union all select 2, 'whole', id, number from atalaya.tracked_runs
      union all select 3, 'model', name, created_at from atalaya.registered_models
      union all select 4, 'version', name || '/' || version, created_at from atalaya.registered_versions
      union all select 5, 'alias', pipeline || '/' || alias, 0 from atalaya.aliases
      -- Their runs bring deleted experiments back, for a while.
      union all select 6, 'experiment', id::text, id::bigint from atalaya.experiments where stage = 'deleted'
    ) as everything order by place, number, subject`.execute(database);
}

export async function forgetEverything(database: Database): Promise<void> {
  await sql`delete from atalaya.outbox where target = 'mirror'`.execute(database);
}
