import { type Kysely, sql } from "kysely";
import { toJson } from "../database/json.js";
import type { Row, Schema } from "../database/schema.js";
import type { ObjectReference } from "../objects/object-store.js";

export type Task = Row<"tasks">;

/** One attempt at a step by a process of its own. */
export interface TaskKey {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
}

export interface NewTask extends TaskKey {
  readonly pipeline: string;
  readonly stage: string;
  /** References and small facts. */
  readonly input: unknown;
}

/** Why an attempt failed, as it was thrown. */
export interface TaskFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly status: number;
  readonly retryable: boolean;
}

/** Channel that tells of a task's end; the payload is `taskPayload` of its key. */
export const TASK_CHANNEL = "atalaya_tasks";

export function taskPayload({ run, step, attempt }: TaskKey): string {
  return `${run}/${attempt}/${step}`;
}

export interface Tasks {
  /** Enters those that are not known yet. */
  open(tasks: readonly NewTask[]): Promise<void>;
  find(key: TaskKey): Promise<Task | null>;
  /** The newest attempt at a step; null: there was none. */
  last(run: string, step: string): Promise<Task | null>;
  /** Attempts of a run, or at one step of it, in the order in which they were made. */
  list(run: string, step?: string): Promise<Task[]>;
  /** Says that a process has taken it, and gives its row; null: there is none. */
  begin(key: TaskKey): Promise<Task | null>;
  /** Where it is carried out, for people. */
  place(key: TaskKey, place: string): Promise<void>;
  /** Ends it, once, and tells who listens. False: it had ended before, and nothing was changed. */
  finish(key: TaskKey, end: { readonly outcome: unknown } | { readonly failure: TaskFailure }): Promise<boolean>;
  /** Adds a part of what it printed. */
  addLog(key: TaskKey, part: ObjectReference): Promise<void>;
  /** What this database calls itself: two installations may share a namespace of Kubernetes. */
  installation(): Promise<string>;
}

export function createTasks(database: Kysely<Schema>): Tasks {
  const at = ({ run, step, attempt }: TaskKey) =>
    database.updateTable("tasks").where("run", "=", run).where("step", "=", step).where("attempt", "=", attempt);
  const select = database.selectFrom("tasks").selectAll();
  return {
    async open(tasks) {
      const values = tasks.map(({ input, ...rest }) => ({ ...rest, input: toJson(input) }));
      const insert = database.insertInto("tasks").values(values);
      await insert.onConflict((on) => on.columns(["run", "step", "attempt"]).doNothing()).execute();
    },
    async find({ run, step, attempt }) {
      const row = select.where("run", "=", run).where("step", "=", step).where("attempt", "=", attempt);
      return (await row.executeTakeFirst()) ?? null;
    },
    async last(run, step) {
      const rows = select.where("run", "=", run).where("step", "=", step).orderBy("attempt", "desc");
      return (await rows.limit(1).executeTakeFirst()) ?? null;
    },
    list(run, step) {
      let query = select.where("run", "=", run);
      if (step !== undefined) query = query.where("step", "=", step);
      return query.orderBy("createdAt").orderBy("step").orderBy("attempt").execute();
    },
    async begin(key) {
      return (await at(key).set({ startedAt: new Date() }).returningAll().executeTakeFirst()) ?? null;
    },
    async place(key, place) {
      await at(key).set({ place }).execute();
    },
    async finish(key, end) {
      const state = "outcome" in end ? "done" : "failed";
      const ended = at(key)
        .where("state", "=", "waiting")
        .set({
          state,
          endedAt: new Date(),
          outcome: "outcome" in end ? toJson(end.outcome) : null,
          error: "failure" in end ? toJson(end.failure) : null,
        })
        .returning("run");
      const told = await database
        .with("ended", () => ended)
        .selectFrom("ended")
        .select(sql`pg_notify(${TASK_CHANNEL}, ${taskPayload(key)})`.as("told"))
        .execute();
      return told.length > 0;
    },
    async addLog(key, part) {
      await at(key)
        .set({ log: sql`log || ${toJson([part])}::jsonb` })
        .execute();
    },
    async installation() {
      const { id } = await database.selectFrom("installation").select("id").executeTakeFirstOrThrow();
      return id;
    },
  };
}
