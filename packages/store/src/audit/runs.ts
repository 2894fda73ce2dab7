import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { Row, RunState, Schema } from "../database/schema.js";
import { errors } from "../errors.js";

export type Run = Row<"runs">;
export type Trial = Row<"trials">;

export interface NewRun {
  readonly id: string;
  readonly pipeline: string;
  readonly definitionHash: string;
  /** What started it: `by hand`, `cron`, `drift`… */
  readonly trigger: string;
  readonly state?: "queued" | "running";
  /** The run that it does again, and the first step that is done anew. */
  readonly retryOf?: string | null;
  readonly retryFrom?: string | null;
}

export interface RunOutcome {
  readonly state: Extract<RunState, "done" | "failed" | "cancelled">;
  readonly verdict?: string | null;
  readonly version?: number | null;
  readonly result?: unknown;
  readonly errorCode?: string | null;
  readonly errorMessage?: string | null;
}

export interface NewTrial {
  readonly run: string;
  /** Tuning that it belongs to, when a run has several. */
  readonly study?: string;
  readonly number: number;
  readonly state: Trial["state"];
  readonly parameters: unknown;
  readonly metrics: unknown;
  readonly score: number | null;
  readonly seconds: number;
}

export interface Runs {
  /** A run that is there already (a workflow that goes on) becomes `running` again and keeps its start. */
  start(run: NewRun): Promise<Run>;
  /** @throws STORE_RUN_UNKNOWN */
  finish(id: string, outcome: RunOutcome): Promise<Run>;
  find(id: string): Promise<Run | null>;
  /** The newest first. */
  list(filter?: { pipeline?: string; state?: RunState; limit?: number }): Promise<Run[]>;
  /** A trial of a step that ran again replaces its row. */
  recordTrial(trial: NewTrial): Promise<void>;
  trials(run: string): Promise<Trial[]>;
}

export function createRuns(database: Kysely<Schema>): Runs {
  return {
    start({ state = "running", ...run }) {
      const goesOn = { state, endedAt: null, errorCode: null, errorMessage: null };
      return database
        .insertInto("runs")
        .values({ ...run, state })
        .onConflict((on) => on.column("id").doUpdateSet(goesOn))
        .returningAll()
        .executeTakeFirstOrThrow();
    },
    finish: (id, outcome) => finish(database, id, outcome),
    async find(id) {
      return (await database.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
    },
    list({ pipeline, state, limit = 50 } = {}) {
      let query = database.selectFrom("runs").selectAll();
      if (pipeline !== undefined) query = query.where("pipeline", "=", pipeline);
      if (state !== undefined) query = query.where("state", "=", state);
      return query.orderBy("startedAt", "desc").orderBy("id").limit(limit).execute();
    },
    recordTrial: (trial) => recordTrial(database, trial),
    trials: (run) =>
      database.selectFrom("trials").selectAll().where("run", "=", run).orderBy("study").orderBy("number").execute(),
  };
}

async function finish(database: Kysely<Schema>, id: string, outcome: RunOutcome): Promise<Run> {
  const values = {
    state: outcome.state,
    endedAt: new Date(),
    verdict: outcome.verdict ?? null,
    version: outcome.version ?? null,
    result: outcome.result === undefined ? null : toJson(outcome.result),
    errorCode: outcome.errorCode ?? null,
    errorMessage: outcome.errorMessage == null ? null : toText(outcome.errorMessage),
  };
  const row = await database.updateTable("runs").set(values).where("id", "=", id).returningAll().executeTakeFirst();
  if (row === undefined) throw errors.RUN_UNKNOWN({ run: id });
  return row;
}

async function recordTrial(database: Kysely<Schema>, trial: NewTrial): Promise<void> {
  const { run, study = "main", number, state, score, seconds } = trial;
  const outcome = { state, score, seconds, parameters: toJson(trial.parameters), metrics: toJson(trial.metrics) };
  await database
    .insertInto("trials")
    .values({ run, study, number, ...outcome })
    .onConflict((on) => on.columns(["run", "study", "number"]).doUpdateSet(outcome))
    .execute();
}
