import { type Kysely, type Migration, sql } from "kysely";

/**
 * A copy of runs, versions and aliases on another MLflow server. Triggers put what changed into the outbox, in the
 * transaction of the change; they are disabled, and cost nothing, until a mirror is switched on.
 */
export const mirror: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.mirror (
        id boolean primary key default true check (id),
        -- Tells this database from every other one, on the other side too.
        instance text not null default gen_random_uuid()::text,
        -- Null: there is no mirror.
        url text,
        -- When everything that was there before had been put into the outbox.
        filled_at timestamptz,
        -- Failures in a row, the last of them, and when it is tried again.
        failures integer not null default 0,
        failure text,
        next_at timestamptz not null default now(),
        succeeded_at timestamptz
      )`.execute(database);
    await sql`insert into atalaya.mirror default values`.execute(database);
    await sql`
      create table atalaya.mirror_links (
        url text not null,
        kind text not null,
        local text not null,
        remote jsonb not null,
        primary key (url, kind, local)
      )`.execute(database);
    await sql`create index outbox_about on atalaya.outbox ((event ->> 'kind'), (event ->> 'subject'))
      where target = 'mirror'`.execute(database);
    for (const text of Object.values(functions)) await sql.raw(text).execute(database);
    for (const [name, { table, event, calls }] of Object.entries(triggers)) {
      await sql.raw(`create trigger ${name} ${event} on atalaya.${table} ${calls}`).execute(database);
      await sql.raw(`alter table atalaya.${table} disable trigger ${name}`).execute(database);
    }
  },
};

const returnsTrigger = "returns trigger language plpgsql as $$ begin";

/** Values that a statement wrote, as one event for each run. */
function valuesOf(kind: string, content: string, rows = "fresh"): string {
  return `
create function atalaya.mirror_${kind}_of_${rows}() ${returnsTrigger}
  insert into atalaya.outbox (target, event)
  select 'mirror', jsonb_build_object('kind', '${kind}', 'subject', run.id, 'content', ${content})
  from ${rows} as f join atalaya.tracked_runs as run on run.number = f.run group by run.id;
  return null;
end $$`;
}

const functions = {
  tell: `
create function atalaya.tell_mirror(kind text, subject text) returns void language sql as $$
  insert into atalaya.outbox (target, event) values ('mirror', jsonb_build_object('kind', kind, 'subject', subject))
$$`,
  /** The arguments of a trigger: the kind, then the columns that make the subject. */
  row: `
create function atalaya.mirror_row() returns trigger language plpgsql as $$
declare
  facts jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
begin
  perform atalaya.tell_mirror(tg_argv[0], facts ->> tg_argv[1] || coalesce('/' || (facts ->> tg_argv[2]), ''));
  return null;
end $$`,
  renamed: `
create function atalaya.mirror_renamed() ${returnsTrigger}
  insert into atalaya.outbox (target, event)
  values ('mirror', jsonb_build_object('kind', 'renamed', 'subject', old.name, 'content', new.name));
  return null;
end $$`,
  params: valuesOf("params", "jsonb_object_agg(f.key, f.value)"),
  tags: valuesOf("tags", "jsonb_object_agg(f.key, f.value)"),
  tagsGone: valuesOf("tags", "jsonb_object_agg(f.key, null)", "gone"),
  // NaN is a word, as JSON has no number for it.
  metrics: valuesOf("metrics", "jsonb_agg(jsonb_build_array(f.key, f.value, f.at, f.step))"),
  datasets: valuesOf("datasets", "jsonb_agg(f.dataset)"),
};

const fresh = (kind: string) =>
  `referencing new table as fresh for each statement execute function atalaya.mirror_${kind}_of_fresh()`;
const inserted = (kind: string, table: string) => ({ table, event: "after insert", calls: fresh(kind) });
const row = (...words: string[]) =>
  `for each row execute function atalaya.mirror_row(${words.map((word) => `'${word}'`).join(", ")})`;

const triggers = {
  mirror_experiment: {
    table: "experiments",
    event: "after insert or update of name, stage",
    calls: row("experiment", "id"),
  },
  mirror_run: {
    table: "tracked_runs",
    event: "after insert or update of name, status, ended_at, stage",
    calls: row("run", "id"),
  },
  mirror_params: inserted("params", "run_params"),
  mirror_params_changed: { table: "run_params", event: "after update", calls: fresh("params") },
  mirror_tags: inserted("tags", "run_tags"),
  mirror_tags_changed: { table: "run_tags", event: "after update", calls: fresh("tags") },
  mirror_tags_gone: {
    table: "run_tags",
    event: "after delete",
    calls: "referencing old table as gone for each statement execute function atalaya.mirror_tags_of_gone()",
  },
  mirror_metrics: inserted("metrics", "metric_points"),
  mirror_datasets: inserted("datasets", "run_datasets"),
  mirror_artifact: { table: "artifacts", event: "after insert or update or delete", calls: row("artifact", "path") },
  mirror_model: {
    table: "registered_models",
    event: "after insert or update of description, tags or delete",
    calls: row("model", "name"),
  },
  mirror_model_renamed: {
    table: "registered_models",
    event: "after update of name",
    calls: "for each row when (old.name <> new.name) execute function atalaya.mirror_renamed()",
  },
  mirror_version: {
    table: "registered_versions",
    event: "after insert or update of description, tags or delete",
    calls: row("version", "name", "version"),
  },
  // A model that gets another name takes its aliases along, which is told as the new name alone.
  mirror_alias: {
    table: "aliases",
    event: "after insert or update of version, since or delete",
    calls: row("alias", "pipeline", "alias"),
  },
};
