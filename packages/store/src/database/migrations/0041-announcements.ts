import { type Kysely, type Migration, sql } from "kysely";

/**
 * What webhooks are told is put into the outbox by triggers, in the transaction of what it tells of: an event is never
 * told of something that was undone, and none is lost when the process dies before it is sent.
 */
export const announcements: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql.raw(announce).execute(database);
    await sql.raw(announceVersion).execute(database);
    await sql.raw(announceAlias).execute(database);
    await sql.raw(announceRun).execute(database);
    await sql`create trigger announce_version after insert on atalaya.registered_versions
      for each row execute function atalaya.announce_version()`.execute(database);
    await sql`create trigger announce_alias after insert on atalaya.alias_history
      for each row execute function atalaya.announce_alias()`.execute(database);
    await sql`create trigger announce_run after update of status on atalaya.tracked_runs
      for each row when (old.status is distinct from new.status and new.status in ('FINISHED', 'FAILED', 'KILLED'))
      execute function atalaya.announce_run()`.execute(database);
  },
};

const announce = `
create function atalaya.announce(event_type text, about text, facts jsonb) returns void language plpgsql as $$
begin
  insert into atalaya.outbox (target, event)
  select id, jsonb_build_object('specversion', '1.0', 'id', gen_random_uuid(), 'source', '/atalaya', 'type', 'atalaya.' || event_type,
    'subject', about, 'time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'datacontenttype', 'application/json', 'data', facts)
  from atalaya.webhooks where event_type = any(events);
  if found then perform pg_notify('atalaya_outbox', ''); end if;
end $$`;

const announceVersion = `
create function atalaya.announce_version() returns trigger language plpgsql as $$
begin
  perform atalaya.announce('version.registered', new.name || '/' || new.version, jsonb_build_object(
    'model', new.name, 'version', new.version, 'source', new.source, 'run', new.run_id));
  return null;
end $$`;

const announceAlias = `
create function atalaya.announce_alias() returns trigger language plpgsql as $$
begin
  perform atalaya.announce('alias.moved', new.pipeline || '@' || new.alias, jsonb_build_object('model', new.pipeline,
    'alias', new.alias, 'action', new.action, 'from', new.from_version, 'to', new.to_version, 'who', new.who, 'why', new.why));
  return null;
end $$`;

const announceRun = `
create function atalaya.announce_run() returns trigger language plpgsql as $$
begin
  perform atalaya.announce('run.ended', new.id, jsonb_build_object(
    'run', new.id, 'name', new.name, 'status', new.status,
    'experiment', (select name from atalaya.experiments where id = new.experiment)));
  return null;
end $$`;
