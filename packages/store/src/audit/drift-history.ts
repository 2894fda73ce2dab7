import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { DriftVerdict, Row, Schema } from "../database/schema.js";

export type DriftDecision = Row<"driftHistory">;

/** Whether a batch looked like what the live version was trained on, and what followed from it. */
export interface NewDriftDecision {
  readonly pipeline: string;
  readonly run: string;
  readonly batch: number | null;
  readonly version: number | null;
  readonly rule: string;
  readonly verdict: DriftVerdict;
  readonly decision: "train" | "wait";
  /** What asked for the training; null when nothing did. */
  readonly trigger: string | null;
  readonly rows: number;
  readonly reasons: readonly string[];
  readonly statistics: unknown;
}

export interface DriftHistory {
  /** One row a run: a step that is done again replaces it. */
  record(decision: NewDriftDecision): Promise<DriftDecision>;
  ofRun(run: string): Promise<DriftDecision | null>;
  /** The newest first. */
  list(pipeline: string, limit?: number): Promise<DriftDecision[]>;
}

export function createDriftHistory(database: Kysely<Schema>): DriftHistory {
  return {
    record({ reasons, statistics, ...rest }) {
      const values = { ...rest, reasons: toJson(reasons.map(toText)), statistics: toJson(statistics) };
      return database
        .insertInto("driftHistory")
        .values(values)
        .onConflict((on) => on.column("run").doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow();
    },
    async ofRun(run) {
      return (await database.selectFrom("driftHistory").selectAll().where("run", "=", run).executeTakeFirst()) ?? null;
    },
    list: (pipeline, limit = 100) =>
      database
        .selectFrom("driftHistory")
        .selectAll()
        .where("pipeline", "=", pipeline)
        .orderBy("id", "desc")
        .limit(limit)
        .execute(),
  };
}
