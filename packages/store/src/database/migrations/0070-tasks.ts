import { type Kysely, type Migration, sql } from "kysely";

/** Steps that are carried out by a process or pod of their own: what they are given, and what came of them. */
export const tasks: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.tasks (
        run text not null,
        step text not null,
        attempt integer not null,
        pipeline text not null,
        stage text not null,
        -- Of type json, not jsonb: the order of a model's parameters is part of its bytes.
        input json not null,
        state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
        outcome json,
        error jsonb,
        -- Where it is carried out: the name of a Job, the number of a process.
        place text,
        log jsonb not null default '[]',
        created_at timestamptz not null default now(),
        started_at timestamptz,
        ended_at timestamptz,
        primary key (run, step, attempt),
        check (state <> 'done' or outcome is not null),
        check (state <> 'failed' or error is not null)
      )`.execute(database);
    await sql`create table atalaya.installation (id uuid not null default gen_random_uuid())`.execute(database);
    await sql`create unique index installation_is_one on atalaya.installation ((true))`.execute(database);
    await sql`insert into atalaya.installation default values`.execute(database);
  },
};
