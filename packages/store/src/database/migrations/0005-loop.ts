import { type Kysely, type Migration, sql } from "kysely";

/** What a pipeline does without being asked: drift decisions, schedules, sub-flows; and rows kept in tables. */
export const loop: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.drift_history (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        pipeline text not null,
        run text not null,
        batch bigint references atalaya.batches (id) on delete set null,
        version integer,
        rule text not null,
        verdict text not null
          check (verdict in ('stable', 'drifted', 'not enough data', 'no reference', 'no rows', 'failed')),
        decision text not null check (decision in ('train', 'wait')),
        trigger text,
        rows bigint not null,
        reasons jsonb not null,
        statistics jsonb not null,
        -- A repeated step of a run writes one row.
        unique (run),
        -- An error in the check never trains.
        check (verdict <> 'failed' or decision = 'wait' or trigger is not null)
      )`.execute(database);
    await sql`create index drift_history_by_pipeline on atalaya.drift_history (pipeline, id desc)`.execute(database);

    await sql`
      create table atalaya.schedules (
        pipeline text not null,
        expression text not null,
        -- The moment of the schedule that was carried out last, or that it began with.
        served_until timestamptz not null,
        fired_at timestamptz,
        primary key (pipeline, expression)
      )`.execute(database);

    await sql`
      create table atalaya.flows (
        run text not null,
        flow text not null check (flow in ('ingestion', 'transformation', 'training', 'evaluation')),
        pipeline text not null,
        definition_hash text not null,
        outcome jsonb not null,
        at timestamptz not null default now(),
        primary key (run, flow)
      )`.execute(database);
    await sql`create index flows_by_pipeline on atalaya.flows (pipeline, flow, at desc)`.execute(database);

    await sql`alter table atalaya.batches add column profile jsonb, add column released jsonb`.execute(database);

    await sql`
      create table atalaya.raw_data (
        pipeline text not null,
        batch bigint not null references atalaya.batches (id) on delete cascade,
        line bigint not null,
        received_at timestamptz not null,
        row jsonb not null
      )`.execute(database);
    await sql`create index raw_data_by_batch on atalaya.raw_data (batch, line)`.execute(database);
    await sql`
      create table atalaya.clean_data (
        pipeline text not null,
        batch bigint not null references atalaya.batches (id) on delete cascade,
        line bigint not null,
        dataset text not null check (dataset in ('train', 'validation', 'test', 'left out')),
        dataset_reference text not null,
        row jsonb not null
      )`.execute(database);
    await sql`create index clean_data_by_pipeline on atalaya.clean_data (pipeline, dataset)`.execute(database);
    await sql`create index clean_data_by_batch on atalaya.clean_data (batch, line)`.execute(database);
  },
};
