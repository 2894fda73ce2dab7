import { type Kysely, type Migration, sql } from "kysely";

/**
 * How often what was logged to a run has changed: whoever keeps something that was made of it can tell whether it still holds. Every
 * session counts in rows of its own, so that no writer waits for another; the sum of a run's rows is what counts. Whatever is visible
 * to a snapshot is counted in it, and nothing else, as the count is written in the transaction of the change.
 */
export const runTouches: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.run_touches (
        run bigint not null,
        -- Process of the session, at one time one session's alone.
        session integer not null,
        touches integer not null,
        primary key (run, session)
      ) with (fillfactor = 80)`.execute(database);
    await sql`
      create function atalaya.touch_runs() returns trigger language plpgsql as $$
      begin
        insert into atalaya.run_touches as known (run, session, touches)
        select distinct run, pg_backend_pid(), 1 from touched
        on conflict (run, session) do update set touches = known.touches + 1;
        return null;
      end $$`.execute(database);
    for (const table of ["run_params", "run_tags", "latest_metrics", "run_datasets", "run_models"])
      for (const [event, rows] of [
        ["insert", "new"],
        ["update", "new"],
        ["delete", "old"],
      ] as const)
        await sql
          .raw(
            `create trigger touch_runs_after_${event} after ${event} on atalaya.${table}
              referencing ${rows} table as touched for each statement execute function atalaya.touch_runs()`,
          )
          .execute(database);
  },
};
