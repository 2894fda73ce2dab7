import { type Kysely, type Migration, sql } from "kysely";

/** Answers that were given, and the processes that work on runs. */
export const serving: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.inference_logs (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        request text not null,
        pipeline text not null,
        version integer not null,
        kind text not null check (kind in ('predict', 'explain')),
        rows integer not null,
        inputs jsonb not null,
        answers jsonb not null,
        latency_ms double precision not null
      )`.execute(database);
    await sql`create index inference_logs_by_pipeline on atalaya.inference_logs (pipeline, at desc)`.execute(database);
    await sql`create index inference_logs_by_request on atalaya.inference_logs (request)`.execute(database);

    await sql`
      create table atalaya.executors (
        id text primary key,
        host text not null,
        pid integer not null,
        application_version text not null,
        started_at timestamptz not null default now(),
        heartbeat_at timestamptz not null default now()
      )`.execute(database);
  },
};
