import { setTimeout as sleep } from "node:timers/promises";
import type { Run, Store } from "@atalaya/store";
import { DBOSClient } from "@dbos-inc/dbos-sdk";
import { errors } from "../errors.js";
import { findRun } from "./find-run.js";

/** Who wants a run to end, and why; both stay in its row. */
export interface CancelRequest {
  readonly who: string;
  readonly why: string;
}

export interface CancelledRun {
  readonly run: string;
  readonly pipeline: string;
  /** False: it was cancelled before. */
  readonly changed: boolean;
}

/** A run's row is written before its workflow; a run this young may be between the two. */
const YOUNG_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Ends a run that goes on, in whichever process carries it out, or that a killed process left. Its step is stopped within
 * about a second where it can be, and nothing after it begins; what it has done stays, so it can be resumed.
 *
 * The workflow engine decides: it lets no outcome be written of a workflow that was cancelled before it ended, so a run is
 * either cancelled or done, never both.
 *
 * @param named  the run's id, or how it begins
 * @throws RUN_NO_SUCH_RUN, RUN_AMBIGUOUS, RUN_ENDED
 */
export async function cancelRun(store: Store, named: string, { who, why }: CancelRequest): Promise<CancelledRun> {
  const run = await findRun(store, named);
  const { id, pipeline, state } = run;
  if (state === "cancelled") return { run: id, pipeline, changed: false };
  if (state === "done" || state === "failed") throw errors.ENDED({ run: id, state });
  const ended = await cancelWorkflow(store.databaseUrl, run);
  if (ended !== null) throw errors.ENDED({ run: id, state: ended });
  const cancelled = errors.CANCELLED({ run: id, told: `Run ${id} was cancelled by ${who}: ${why}` });
  await store.runs.finish(id, { state: "cancelled", errorCode: cancelled.code, errorMessage: cancelled.message });
  return { run: id, pipeline, changed: true };
}

/** How the workflow had ended already; null: it is cancelled now, or there was none. */
async function cancelWorkflow(databaseUrl: string, { id, startedAt }: Run): Promise<"done" | "failed" | null> {
  const nothing = (): void => {};
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const client = await DBOSClient.create({ systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: 1, logger });
  try {
    while ((await client.getWorkflow(id)) === undefined) {
      if (Date.now() - startedAt.getTime() > YOUNG_MS) return null;
      await sleep(LOOK_EVERY_MS);
    }
    await client.cancelWorkflow(id);
    const status = (await client.getWorkflow(id))?.status;
    if (status === "SUCCESS") return "done";
    return status === "ERROR" ? "failed" : null;
  } finally {
    await client.destroy();
  }
}
