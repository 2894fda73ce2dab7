import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { Row, Schema } from "../database/schema.js";

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
  /** The newest first. */
  list(filter: { pipeline: string; limit?: number } | { request: string; limit?: number }): Promise<Inference[]>;
}

/** Nine columns a row; PostgreSQL takes 65,535 parameters a statement. */
const rowsAtOnce = 5_000;

export function createInferences(database: Kysely<Schema>): Inferences {
  return {
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
