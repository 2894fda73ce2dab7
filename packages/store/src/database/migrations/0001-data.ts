import { type Kysely, type Migration, sql } from "kysely";

/** Batches as they came, what was refused of them, and the datasets made of them. */
export const data: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.batches (
        id bigint generated always as identity primary key,
        pipeline text not null,
        source text not null,
        identity text not null,
        cursor text,
        name text not null,
        format text not null,
        media_type text,
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        bytes bigint not null check (bytes >= 0),
        object jsonb not null,
        received_at timestamptz not null default now(),
        run text,
        state text not null default 'received' check (state in ('received', 'accepted', 'refused', 'failed')),
        reason text,
        rows_read bigint,
        rows_accepted bigint,
        rows_quarantined bigint,
        silver jsonb not null default '[]',
        unique (pipeline, source, sha256),
        constraint rows_add_up check (rows_read = rows_accepted + rows_quarantined)
      )`.execute(database);
    await sql`create index batches_by_pipeline on atalaya.batches (pipeline, id desc)`.execute(database);

    await sql`
      create table atalaya.quarantine (
        id bigint generated always as identity primary key,
        batch bigint not null references atalaya.batches (id) on delete cascade,
        line bigint,
        column_name text,
        reason text not null,
        text text
      )`.execute(database);
    await sql`create index quarantine_by_batch on atalaya.quarantine (batch, line)`.execute(database);

    await sql`
      create table atalaya.datasets (
        id bigint generated always as identity primary key,
        pipeline text not null,
        name text not null,
        sha256 text not null,
        rows bigint not null,
        columns jsonb not null,
        batches bigint[] not null,
        objects jsonb not null,
        split jsonb not null,
        run text,
        created_at timestamptz not null default now(),
        unique (pipeline, sha256)
      )`.execute(database);
    await sql`create index datasets_by_pipeline on atalaya.datasets (pipeline, id desc)`.execute(database);
  },
};
