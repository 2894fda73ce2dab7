import { type Kysely, type Migration, sql } from "kysely";

/** Uploads in parts: any process may take a part, and put them together. */
export const uploads: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.uploads (
        id text primary key,
        path text not null,
        touched_at timestamptz not null default now()
      )`.execute(database);
    await sql`
      create table atalaya.upload_parts (
        upload text not null references atalaya.uploads (id) on delete cascade,
        number integer not null check (number > 0),
        etag text not null,
        object jsonb not null,
        primary key (upload, number)
      )`.execute(database);
  },
};
