import { type Kysely, type Migration, sql } from "kysely";

/**
 * Every run of a pipeline is a run of the experiment with the pipeline's name, its trials are runs below it. Triggers write
 * it, in the transaction of whoever records a run, a trial or a step: there is no second place to forget.
 * See docs/decisions/0020-one-registry.md.
 */
export const trackedPipelines: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await namesAndValues(database);
    await sql.raw(trackRun).execute(database);
    await sql.raw(trackTrial).execute(database);
    await sql.raw(trackStep).execute(database);
    await sql`create trigger track_run after insert or update on atalaya.runs
      for each row execute function atalaya.track_run()`.execute(database);
    await sql`create trigger track_trial after insert or update on atalaya.trials
      for each row execute function atalaya.track_trial()`.execute(database);
    for (const table of ["training_events", "evaluation_events"])
      await sql`create trigger track_step after insert or update on ${sql.table(`atalaya.${table}`)}
        for each row when (new.status = 'done' and new.step in ('train', 'evaluate')) execute function atalaya.track_step()`.execute(
        database,
      );
    // What was recorded before goes the same way.
    await sql`update atalaya.runs set id = id`.execute(database);
    for (const table of ["trials", "training_events", "evaluation_events"])
      await sql`update ${sql.table(`atalaya.${table}`)} set run = run`.execute(database);
  },
};

async function namesAndValues(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function atalaya.milliseconds(moment timestamptz) returns bigint language sql immutable
    return (extract(epoch from moment) * 1000)::bigint`.execute(database);
  // Ids of runs are UUIDs; whatever else is used as one gets a stable id of the same form.
  await sql`
    create function atalaya.tracked_id(run text) returns text language sql immutable
    return case when run ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then replace(run, '-', '') else md5(run) end`.execute(
    database,
  );
}

/** Experiment of a pipeline: made by its first run. */
const trackRun = `
create function atalaya.track_run() returns trigger language plpgsql as $$
declare
  experiment_id integer;
  tracked text := atalaya.tracked_id(new.id);
  run_number bigint;
  label text := new.pipeline || ' ' || to_char(new.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS');
begin
  insert into atalaya.experiments (name, artifact_location, created_at, updated_at)
  select new.pipeline, 'mlflow-artifacts:/' || new.pipeline, atalaya.milliseconds(now()), atalaya.milliseconds(now())
  where not exists (select from atalaya.experiments where name = new.pipeline)
  on conflict (name) do nothing;
  select id into experiment_id from atalaya.experiments where name = new.pipeline;
  insert into atalaya.tracked_runs (id, experiment, name, user_id, status, started_at, artifact_uri)
  values (tracked, experiment_id, label, 'atalaya', 'RUNNING', atalaya.milliseconds(new.started_at),
    'mlflow-artifacts:/' || new.pipeline || '/' || tracked || '/artifacts')
  on conflict (id) do nothing;
  update atalaya.tracked_runs set
    status = case new.state when 'queued' then 'SCHEDULED' when 'running' then 'RUNNING' when 'done' then 'FINISHED'
      when 'failed' then 'FAILED' else 'KILLED' end,
    ended_at = atalaya.milliseconds(new.ended_at)
  where id = tracked returning number into run_number;
  insert into atalaya.run_tags (run, experiment, key, value)
  select run_number, experiment_id, key, value from (values
    ('mlflow.runName', label), ('mlflow.user', 'atalaya'), ('mlflow.source.type', 'PROJECT'),
    ('mlflow.source.name', new.pipeline), ('atalaya.pipeline', new.pipeline), ('atalaya.run', new.id),
    ('atalaya.trigger', new.trigger), ('atalaya.definition', new.definition_hash), ('atalaya.verdict', new.verdict),
    ('atalaya.version', new.version::text), ('atalaya.error', new.error_code), ('mlflow.note.content', new.error_message)
  ) as given (key, value) where value is not null
  on conflict (run, key) do update set value = excluded.value;
  return null;
end $$`;

const writeMetrics = `
    delete from atalaya.metric_points where run = run_number and step = 0 and key in (select jsonb_object_keys(measured));
    with given as (
      select key, case jsonb_typeof(value) when 'number' then value::text::double precision
        else case value #>> '{}' when 'NaN' then 'NaN' when 'Infinity' then 1.7976931348623157e308
          when '-Infinity' then -1.7976931348623157e308 end::double precision end as value
      from jsonb_each(measured)
    ), points as (
      insert into atalaya.metric_points (run, key, at, step, value)
      select run_number, key, moment, 0, value from given where value is not null on conflict do nothing
    )
    insert into atalaya.latest_metrics (run, experiment, key, value, at, step)
    select run_number, experiment_id, key, value, moment, 0 from given where value is not null
    on conflict (run, key) do update set value = excluded.value, at = excluded.at, step = excluded.step;`;

const writeParameters = `
    insert into atalaya.run_params (run, experiment, key, value)
    select run_number, experiment_id, key, left(value, 6000) from jsonb_each_text(chosen) where value is not null
    on conflict (run, key) do update set value = excluded.value;`;

/** A trial is a run below the run of its pipeline. */
const trackTrial = `
create function atalaya.track_trial() returns trigger language plpgsql as $$
declare
  experiment_id integer;
  parent text := atalaya.tracked_id(new.run);
  tracked text := md5('trial ' || new.run || ' ' || new.study || ' ' || new.number);
  label text := case new.study when 'main' then 'trial ' else new.study || ' trial ' end || new.number;
  run_number bigint;
  moment bigint := atalaya.milliseconds(new.at);
  measured jsonb := case jsonb_typeof(new.metrics) when 'object' then new.metrics else '{}' end;
  chosen jsonb := case jsonb_typeof(new.parameters) when 'object' then new.parameters - 'parameters' else '{}' end
    || case jsonb_typeof(new.parameters -> 'parameters') when 'object' then new.parameters -> 'parameters' else '{}' end;
begin
  select experiment into experiment_id from atalaya.tracked_runs where id = parent;
  if experiment_id is null then return null; end if;
  insert into atalaya.tracked_runs (id, experiment, name, user_id, status, started_at, artifact_uri)
  select tracked, experiment_id, label, 'atalaya', 'RUNNING', moment - (new.seconds * 1000)::bigint,
    artifact_location || '/' || tracked || '/artifacts' from atalaya.experiments where id = experiment_id
  on conflict (id) do nothing;
  update atalaya.tracked_runs set ended_at = moment,
    status = case new.state when 'done' then 'FINISHED' when 'failed' then 'FAILED' else 'KILLED' end
  where id = tracked returning number into run_number;
  insert into atalaya.run_tags (run, experiment, key, value)
  select run_number, experiment_id, key, value from (values
    ('mlflow.runName', label), ('mlflow.parentRunId', parent), ('mlflow.user', 'atalaya'), ('atalaya.trial', new.number::text)
  ) as given (key, value)
  on conflict (run, key) do update set value = excluded.value;
  ${writeParameters}
  ${writeMetrics}
  return null;
end $$`;

/** The steps train and evaluate give a run its parameters, metrics and datasets. */
const trackStep = `
create function atalaya.track_step() returns trigger language plpgsql as $$
declare
  experiment_id integer;
  run_number bigint;
  dataset_id bigint;
  moment bigint := atalaya.milliseconds(new.at);
  measured jsonb := case jsonb_typeof(new.metrics) when 'object' then new.metrics else '{}' end;
  chosen jsonb := case jsonb_typeof(new.parameters) when 'object' then new.parameters else '{}' end;
begin
  select number, experiment into run_number, experiment_id from atalaya.tracked_runs where id = atalaya.tracked_id(new.run);
  if run_number is null then return null; end if;
  if new.step = 'train' then
    ${writeParameters}
    select coalesce(jsonb_object_agg('training_' || key, value), '{}') into measured
    from jsonb_each(measured) where jsonb_typeof(value) = 'number';
  end if;
  ${writeMetrics}
  if new.dataset_reference is not null then
    insert into atalaya.tracked_datasets (experiment, name, digest, source_type, source, profile)
    values (experiment_id, new.pipeline, left(new.dataset_reference, 36), 'atalaya',
      jsonb_build_object('sha256', new.dataset_reference)::text, jsonb_build_object('num_rows', new.rows_in)::text)
    on conflict (experiment, name, digest) do update set name = excluded.name returning id into dataset_id;
    insert into atalaya.run_datasets (run, dataset, tags)
    values (run_number, dataset_id, jsonb_build_object('mlflow.data.context',
      case new.step when 'train' then 'training' else 'evaluation' end))
    on conflict (run, dataset) do nothing;
  end if;
  return null;
end $$`;
