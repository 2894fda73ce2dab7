import { type Kysely, type Migration, sql } from "kysely";

const eventTables = ["ingestion_events", "transformation_events", "training_events", "evaluation_events"];

/** Runs, their trials and the audit rows of their steps. */
export const runs: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.runs (
        id text primary key,
        pipeline text not null,
        definition_hash text not null,
        trigger text not null,
        state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
        started_at timestamptz not null default now(),
        ended_at timestamptz,
        verdict text,
        version integer,
        result jsonb,
        error_code text,
        error_message text
      )`.execute(database);
    await sql`create index runs_by_time on atalaya.runs (started_at desc)`.execute(database);
    await sql`create index runs_by_pipeline on atalaya.runs (pipeline, started_at desc)`.execute(database);

    await sql`
      create table atalaya.trials (
        run text not null,
        study text not null,
        number integer not null,
        state text not null check (state in ('done', 'pruned', 'failed')),
        parameters jsonb not null,
        metrics jsonb not null,
        score double precision,
        seconds double precision not null,
        at timestamptz not null default now(),
        primary key (run, study, number)
      )`.execute(database);

    for (const table of eventTables) {
      await sql`
        create table ${sql.table(`atalaya.${table}`)} (
          id bigint generated always as identity primary key,
          at timestamptz not null default now(),
          run text not null,
          step text not null,
          pipeline text not null,
          dataset_reference text,
          rows_in bigint,
          rows_out bigint,
          parameters jsonb not null,
          metrics jsonb not null,
          status text not null check (status in ('done', 'failed')),
          error_code text,
          error_message text,
          duration_ms double precision,
          attempts integer not null default 1,
          unique (run, step),
          check (status = 'done' or error_code is not null)
        )`.execute(database);
      await sql`create index ${sql.ref(`${table}_by_pipeline`)} on ${sql.table(`atalaya.${table}`)} (pipeline, at desc)`.execute(
        database,
      );
    }
  },
};
