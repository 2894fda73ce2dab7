import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { Row, Schema } from "../database/schema.js";

export type EventKind = "ingestion" | "transformation" | "training" | "evaluation";
export type AuditRow = Row<"ingestionEvents">;

/** What a step of a run did, or why it failed. */
export interface AuditEvent {
  readonly run: string;
  /** Name of the step; with the run it is the key, so a step that runs again keeps one row. */
  readonly step: string;
  readonly pipeline: string;
  readonly at?: Date;
  /** Content hash of what was read or made. */
  readonly datasetReference?: string | null;
  readonly rowsIn?: number | null;
  readonly rowsOut?: number | null;
  readonly parameters?: unknown;
  readonly metrics?: unknown;
  readonly status: "done" | "failed";
  /** Needed when the step failed. */
  readonly errorCode?: string | null;
  readonly errorMessage?: string | null;
  readonly durationMs?: number | null;
}

export interface AuditLog {
  /** Writes one row a (run, step): the last time counts, and `attempts` says how often it was recorded. */
  record(kind: EventKind, event: AuditEvent): Promise<void>;
  /** The newest first. */
  list(kind: EventKind, filter?: { pipeline?: string; run?: string; limit?: number }): Promise<AuditRow[]>;
}

const tables = {
  ingestion: "ingestionEvents",
  transformation: "transformationEvents",
  training: "trainingEvents",
  evaluation: "evaluationEvents",
} as const satisfies Record<EventKind, keyof Schema>;

export function createAuditLog(database: Kysely<Schema>): AuditLog {
  return {
    async record(kind, event) {
      const table = tables[kind];
      const { run, step, pipeline } = event;
      const facts = toColumns(event);
      await database
        .insertInto(table)
        .values({ run, step, pipeline, ...facts })
        .onConflict((on) =>
          on.columns(["run", "step"]).doUpdateSet((update) => ({ ...facts, attempts: update(`${table}.attempts`, "+", 1) })),
        )
        .execute();
    },
    list(kind, { pipeline, run, limit = 100 } = {}) {
      let query = database.selectFrom(tables[kind]).selectAll();
      if (pipeline !== undefined) query = query.where("pipeline", "=", pipeline);
      if (run !== undefined) query = query.where("run", "=", run);
      return query.orderBy("at", "desc").orderBy("id", "desc").limit(limit).execute();
    },
  };
}

function toColumns(event: AuditEvent) {
  const { status, errorCode = null, errorMessage = null } = event;
  return {
    at: event.at ?? new Date(),
    datasetReference: event.datasetReference ?? null,
    rowsIn: event.rowsIn ?? null,
    rowsOut: event.rowsOut ?? null,
    parameters: toJson(event.parameters ?? {}),
    metrics: toJson(event.metrics ?? {}),
    status,
    errorCode: status === "failed" ? (errorCode ?? "UNKNOWN") : errorCode,
    errorMessage: errorMessage === null ? null : toText(errorMessage),
    durationMs: event.durationMs ?? null,
  };
}
