import { type Kysely, type Migration, sql } from "kysely";

/** Which run a run does again, and from which step on; runs by their state, for those that go on. */
export const retriedRuns: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`alter table atalaya.runs add column retry_of text, add column retry_from text`.execute(database);
    await sql`create index runs_by_state on atalaya.runs (state, started_at desc)`.execute(database);
  },
};
