import { type Kysely, type Migration, sql } from "kysely";

/** Who asked, each request once, and what was true in the end. */
export const inferenceLog: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`alter table atalaya.inference_logs add column caller text, add column trace text`.execute(database);
    // A batch that failed midway came twice before requests were unique.
    await sql`
      delete from atalaya.inference_logs older using atalaya.inference_logs newer
      where older.request = newer.request and older.id < newer.id`.execute(database);
    await sql`drop index atalaya.inference_logs_by_request`.execute(database);
    await sql`create unique index inference_logs_by_request on atalaya.inference_logs (request)`.execute(database);

    await sql`
      create table atalaya.feedback (
        request text not null,
        position integer not null check (position >= 0),
        pipeline text not null,
        label jsonb not null,
        caller text,
        at timestamptz not null default now(),
        -- The raw batch that the row went into.
        batched_at timestamptz,
        primary key (request, position)
      )`.execute(database);
    await sql`create index feedback_by_pipeline on atalaya.feedback (pipeline, at desc)`.execute(database);
  },
};
