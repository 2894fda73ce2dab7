import { type Kysely, type Migration, sql } from "kysely";

/** What replicas of the prediction service share: answers by idempotency key, and how pipelines say that they are served. */
export const sharedAnswers: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`create table atalaya.given_answers (
      key text primary key,
      body_hash text not null,
      claim uuid not null,
      answer bytea,
      at timestamptz not null default now())`.execute(database);
    await sql`create index given_answers_at on atalaya.given_answers (at)`.execute(database);
    await sql`create table atalaya.serving_rules (
      pipeline text primary key,
      rules jsonb not null,
      at timestamptz not null default now())`.execute(database);
  },
};
