import { type Kysely, type Migration, sql } from "kysely";

/** Versions of models, the aliases on them and the history of both. */
export const models: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.model_versions (
        pipeline text not null,
        version integer not null check (version > 0),
        hash text not null,
        bundle jsonb not null,
        run text,
        verdict text not null,
        reasons jsonb not null,
        metrics jsonb not null,
        parameters jsonb not null,
        signature jsonb not null,
        report jsonb,
        dataset_reference text,
        created_at timestamptz not null default now(),
        primary key (pipeline, version),
        unique (pipeline, hash)
      )`.execute(database);

    await sql`
      create table atalaya.aliases (
        pipeline text not null,
        alias text not null,
        version integer not null,
        since timestamptz not null default now(),
        who text not null,
        why text not null,
        primary key (pipeline, alias),
        foreign key (pipeline, version) references atalaya.model_versions (pipeline, version)
      )`.execute(database);

    await sql`
      create table atalaya.alias_history (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        pipeline text not null,
        alias text not null,
        action text not null check (action in ('promote', 'rollback')),
        from_version integer,
        to_version integer not null,
        who text not null,
        why text not null,
        foreign key (pipeline, to_version) references atalaya.model_versions (pipeline, version)
      )`.execute(database);
    await sql`create index alias_history_by_alias on atalaya.alias_history (pipeline, alias, id)`.execute(database);

    await sql`
      create table atalaya.model_history (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        pipeline text not null,
        version integer not null,
        run text,
        verdict text not null,
        reasons jsonb not null,
        details jsonb not null,
        foreign key (pipeline, version) references atalaya.model_versions (pipeline, version),
        -- A repeated step of a run writes one row.
        unique nulls distinct (pipeline, version, run)
      )`.execute(database);
  },
};
