import { type Kysely, type Migration, sql } from "kysely";

/** What the registry tells others (webhooks, a mirror), written in the transaction of what it tells of; and what was deleted. */
export const registryOutbox: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    // The order in which a run named its models.
    await sql`alter table atalaya.run_models add column number bigint generated always as identity`.execute(database);

    await sql`
      create table atalaya.webhooks (
        id text primary key,
        url text not null,
        secret text not null,
        events text[] not null,
        created_at timestamptz not null default now()
      )`.execute(database);
    await sql`
      create table atalaya.outbox (
        id bigint generated always as identity primary key,
        -- What takes it: the id of a webhook, or a mirror.
        target text not null,
        event jsonb not null,
        created_at timestamptz not null default now(),
        attempts integer not null default 0,
        next_at timestamptz not null default now(),
        delivered_at timestamptz,
        failure text
      )`.execute(database);
    await sql`create index outbox_waiting on atalaya.outbox (target, id) where delivered_at is null`.execute(database);

    await sql`
      create table atalaya.tombstones (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        kind text not null check (kind in ('object', 'run', 'experiment', 'logged model')),
        name text not null,
        bytes bigint,
        why text not null
      )`.execute(database);
  },
};
