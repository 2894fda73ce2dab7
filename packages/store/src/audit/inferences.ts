import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { Row, Schema } from "../database/schema.js";
import type { InferenceCopy, LoggedInference } from "./inference-copy.js";

export type Inference = Row<"inferenceLogs">;

/** One answered request. */
export interface NewInference {
  readonly request: string;
  readonly pipeline: string;
  readonly version: number;
  readonly kind: "predict" | "explain";
  readonly rows: number;
  readonly inputs: unknown;
  readonly answers: unknown;
  readonly latencyMs: number;
  readonly at?: Date;
}

export interface Inferences {
  /** Writes many at once; a server collects them so that no request waits for the database. */
  record(entries: readonly NewInference[]): Promise<void>;
  /** As `record`, by COPY, and each request once however often it comes: for a server's log. */
  append(entries: readonly LoggedInference[]): Promise<void>;
  /** Forgets what a pipeline answered before then; returns how many requests. */
  removeBefore(pipeline: string, time: Date): Promise<number>;
  /** The newest first. */
  list(filter: { pipeline: string; limit?: number } | { request: string; limit?: number }): Promise<Inference[]>;
}

/** Nine columns a row; PostgreSQL takes 65,535 parameters a statement. */
const rowsAtOnce = 5_000;

/** Rows of one deletion, so that none holds locks for long. */
const removedAtOnce = 10_000;

export function createInferences(database: Kysely<Schema>, copy: InferenceCopy): Inferences {
  return {
    append: (entries) => copy.append(entries),
    async removeBefore(pipeline, time) {
      for (let removed = 0; ; ) {
        const old = database.selectFrom("inferenceLogs").select("id").where("pipeline", "=", pipeline).where("at", "<", time);
        const { numDeletedRows } = await database
          .deleteFrom("inferenceLogs")
          .where("id", "in", old.limit(removedAtOnce))
          .executeTakeFirst();
        removed += Number(numDeletedRows);
        if (Number(numDeletedRows) < removedAtOnce) return removed;
      }
    },
    async record(entries) {
      for (let start = 0; start < entries.length; start += rowsAtOnce) {
        const rows = entries.slice(start, start + rowsAtOnce).map((entry) => ({
          ...entry,
          at: entry.at ?? new Date(),
          request: toText(entry.request),
          inputs: toJson(entry.inputs),
          answers: toJson(entry.answers),
        }));
        await database.insertInto("inferenceLogs").values(rows).execute();
      }
    },
    list({ limit = 100, ...filter }) {
      const query = database.selectFrom("inferenceLogs").selectAll();
      const chosen =
        "request" in filter ? query.where("request", "=", filter.request) : query.where("pipeline", "=", filter.pipeline);
      return chosen.orderBy("at", "desc").orderBy("id", "desc").limit(limit).execute();
    },
  };
}
