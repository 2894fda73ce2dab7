import { type Kysely, type Migration, sql } from "kysely";

/**
 * Registered models and their versions, wherever they came from: a version that Atalaya trained is the row of
 * `model_versions` with the same name and number besides. Aliases point here, so one alias has one meaning for the
 * prediction server and for clients of MLflow. Histories keep their rows when what they tell of is deleted.
 */
export const registeredModels: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.registered_models (
        name text primary key,
        description text,
        created_at bigint not null,
        updated_at bigint not null,
        tags jsonb not null default '{}',
        -- Numbers of deleted versions are never given again.
        last_version integer not null default 0
      )`.execute(database);
    await sql`
      create table atalaya.registered_versions (
        name text not null references atalaya.registered_models (name) on update cascade on delete cascade,
        version integer not null check (version > 0),
        source text not null,
        storage_location text not null,
        run_id text,
        run_link text,
        model_id text,
        user_id text,
        description text,
        status text not null default 'READY',
        stage text not null default 'None',
        created_at bigint not null,
        updated_at bigint not null,
        tags jsonb not null default '{}',
        primary key (name, version)
      )`.execute(database);
    await sql`create index registered_versions_by_time on atalaya.registered_versions (updated_at desc)`.execute(database);
    await sql`create index registered_versions_by_run on atalaya.registered_versions (run_id)`.execute(database);
    await takeOver(database);
    await repoint(database);
    await sql`
      create table atalaya.model_comments (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        model text not null,
        version integer,
        who text not null,
        text text not null
      )`.execute(database);
    await sql`create index model_comments_by_model on atalaya.model_comments (model, id)`.execute(database);
  },
};

/** Versions that are there already become registered versions. */
async function takeOver(database: Kysely<unknown>): Promise<void> {
  await sql`
    insert into atalaya.registered_models (name, created_at, updated_at, last_version)
    select pipeline, (extract(epoch from min(created_at)) * 1000)::bigint,
      (extract(epoch from max(created_at)) * 1000)::bigint, max(version)
    from atalaya.model_versions group by pipeline`.execute(database);
  await sql`
    insert into atalaya.registered_versions
      (name, version, source, storage_location, run_id, model_id, user_id, created_at, updated_at)
    select pipeline, version, 'models:/m-' || left(hash, 32), 'mlflow-artifacts:/models/m-' || left(hash, 32) || '/artifacts',
      replace(run, '-', ''), 'm-' || left(hash, 32), 'atalaya',
      (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from created_at) * 1000)::bigint
    from atalaya.model_versions`.execute(database);
}

async function repoint(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table atalaya.model_versions add constraint model_versions_registered
      foreign key (pipeline, version) references atalaya.registered_versions (name, version) on update cascade on delete cascade`.execute(
    database,
  );
  await sql`
    alter table atalaya.aliases
      drop constraint aliases_pipeline_version_fkey,
      add constraint aliases_registered
        foreign key (pipeline, version) references atalaya.registered_versions (name, version) on update cascade on delete cascade`.execute(
    database,
  );
  await sql`
    alter table atalaya.alias_history
      drop constraint alias_history_pipeline_to_version_fkey,
      drop constraint alias_history_action_check,
      alter column to_version drop not null,
      add constraint alias_history_action_check check (action in ('promote', 'rollback', 'remove')),
      add constraint alias_history_to_version_check check ((to_version is null) = (action = 'remove'))`.execute(database);
  await sql`alter table atalaya.model_history drop constraint model_history_pipeline_version_fkey`.execute(database);
}
