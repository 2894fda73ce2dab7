import { type Kysely, sql } from "kysely";
import { type Json, toJson, toText } from "../database/json.js";
import type { Schema } from "../database/schema.js";

/** What was true of one answered row. */
export interface Feedback {
  readonly pipeline: string;
  /** Id of the answer. */
  readonly request: string;
  /** Row of the request, from 0. */
  readonly position: number;
  readonly label: number | string | boolean;
  readonly caller: string | null;
}

/** An answered row of which the truth is known. */
export interface LabelledAnswer {
  readonly request: string;
  readonly position: number;
  readonly version: number;
  readonly at: Date;
  readonly input: Json;
  readonly answer: Json;
  readonly label: Json;
}

export interface FeedbackTable {
  /** Keeps labels; the last one of a row counts. */
  record(entries: readonly Feedback[]): Promise<void>;
  /** Answered rows since then whose label is known, the newest first. */
  labelled(filter: { pipeline: string; since: Date; limit: number }): Promise<LabelledAnswer[]>;
  /** Labelled rows that are in no raw batch yet, the oldest first. */
  unbatched(pipeline: string, limit: number): Promise<LabelledAnswer[]>;
  /** Says that these rows are in a raw batch. */
  markBatched(rows: readonly Pick<LabelledAnswer, "request" | "position">[]): Promise<void>;
}

const joined = sql`
  select f.request, f.position, l.version, l.at, l.inputs -> f.position as input, l.answers -> f.position as answer, f.label
  from atalaya.feedback f join atalaya.inference_logs l on l.request = f.request and l.pipeline = f.pipeline
  where l.inputs -> f.position is not null`;

export function createFeedback(database: Kysely<Schema>): FeedbackTable {
  return {
    async record(entries) {
      if (entries.length === 0) return;
      // The last of several about one row counts, and one statement may touch a row once only.
      const last = [...new Map(entries.map((entry) => [`${entry.request}:${entry.position}`, entry])).values()];
      await sql`
        insert into atalaya.feedback (pipeline, request, position, label, caller)
        select * from unnest(
          ${last.map(({ pipeline }) => pipeline)}::text[], ${last.map(({ request }) => toText(request))}::text[],
          ${last.map(({ position }) => position)}::integer[], ${last.map(({ label }) => toJson(label))}::jsonb[],
          ${last.map(({ caller }) => (caller === null ? null : toText(caller)))}::text[])
        on conflict (request, position) do update set label = excluded.label, caller = excluded.caller, at = now(), batched_at = null
      `.execute(database);
    },
    async labelled({ pipeline, since, limit }) {
      const { rows } = await sql<LabelledAnswer>`
        ${joined} and f.pipeline = ${pipeline} and l.at >= ${since} order by l.at desc limit ${limit}`.execute(database);
      return rows;
    },
    async unbatched(pipeline, limit) {
      const { rows } = await sql<LabelledAnswer>`
        ${joined} and f.pipeline = ${pipeline} and f.batched_at is null order by l.at, f.request, f.position limit ${limit}`.execute(
        database,
      );
      return rows;
    },
    async markBatched(rows) {
      await sql`
        update atalaya.feedback f set batched_at = now()
        from unnest(${rows.map(({ request }) => request)}::text[], ${rows.map(({ position }) => position)}::integer[]) as u (request, position)
        where f.request = u.request and f.position = u.position`.execute(database);
    },
  };
}
