import { availableParallelism } from "node:os";
import { type Durable, isPipeline, type Pipeline, type PipelineDefinition } from "@atalaya/define";
import { createFitPool } from "@atalaya/learn/threads";
import type { Registry } from "@atalaya/registry";
import { isDatabaseAway, type Store, type Task, type TaskKey } from "@atalaya/store";
import { FrameCache } from "../artifacts/frame-cache.js";
import { definitionHash } from "../definition-hash.js";
import { outlast } from "../durability/outlast.js";
import { errors } from "../errors.js";
import { requestOf } from "../run-request.js";
import type { RunnerOptions } from "../runner-contract.js";
import type { StageContext } from "../stages/stage.js";
import { carryOutStage, type StageCall } from "../workflow/carry-out-stage.js";
import { isStageName } from "../workflow/stage-registry.js";
import { decodeValue, encodeValue } from "./encode-value.js";
import { needsCode, readDefinition, type TaskInput } from "./task-definition.js";
import { printingReporter } from "./task-events.js";
import { failureOf } from "./task-failure.js";

/** How a task ended; the process says it by its exit code. */
export type TaskVerdict =
  | { readonly verdict: "done"; readonly summary: string }
  /** The same task may succeed later without any change. */
  | { readonly verdict: "retryable"; readonly why: string }
  /** It will fail again: nobody need try. */
  | { readonly verdict: "final"; readonly why: string }
  /** This process was told to stop; nothing was written about the task. */
  | { readonly verdict: "stopped" };

export interface TaskOptions {
  /** Loads the project: called only for a step that calls a function of it. */
  readonly loadPipelines: () => Promise<ReadonlyMap<string, Pipeline | Durable>>;
  readonly address: RunnerOptions["address"];
  /** Opens what these settings need that the environment does not name; called before a step that reads from a source. */
  readonly openAddresses: (settings: readonly string[]) => Promise<void>;
  /** Takes what the worker is to hear, line by line. */
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Stores {
  readonly store: Store;
  readonly registry: Registry;
}

/**
 * Carries out one task of a run that another process conducts: what it is given stands in its row, and so does what comes of
 * it. A task that is done already is not done again. PostgreSQL that is restarted meanwhile is waited for.
 *
 * @throws RUN_TASK_UNKNOWN, and STORE_* when the database does not answer
 */
export function carryOutTask(stores: Stores, options: TaskOptions, key: TaskKey): Promise<TaskVerdict> {
  // A PostgreSQL that was away may have taken the outcome without saying so: the row is read again.
  return outlast(stores.store, () => carryOut(stores, options, key), { signal: options.signal, say: options.print });
}

async function carryOut({ store, registry }: Stores, options: TaskOptions, key: TaskKey): Promise<TaskVerdict> {
  const task = await store.tasks.begin(key);
  if (task === null) throw errors.TASK_UNKNOWN(key);
  if (task.state === "done") return { verdict: "done", summary: "it was done before" };
  if (task.state === "failed") return { verdict: "final", why: "its worker has given this attempt up" };
  try {
    const outcome = await work({ store, registry }, options, task);
    if (options.signal.aborted) return { verdict: "stopped" };
    await store.tasks.finish(key, { outcome: encodeValue(outcome) });
    return { verdict: "done", summary: summaryOf(outcome) };
  } catch (error) {
    if (options.signal.aborted) return { verdict: "stopped" };
    if (isDatabaseAway(error)) throw error;
    const failure = failureOf(error);
    await store.tasks.finish(key, { failure });
    const why = `${failure.code}: ${failure.message}`;
    return { verdict: failure.retryable ? "retryable" : "final", why };
  }
}

async function work(
  { store, registry }: { readonly store: Store; readonly registry: Registry },
  options: TaskOptions,
  task: Task,
): Promise<unknown> {
  const run = await store.runs.find(task.run);
  if (run?.state !== "running") throw errors.TASK_OF_ENDED_RUN({ run: task.run, state: run?.state ?? "unknown" });
  const { stage, step } = task;
  if (!isStageName(stage)) throw errors.TASK_STAGE_UNKNOWN({ stage });
  // The row was written by the same stage's caller.
  const given = task.input as unknown as TaskInput;
  const declared = await readDefinition(store, given.definition);
  const definition = needsCode(stage, declared) ? await loadDefinition(options, task, run.definitionHash) : declared;
  if (stage === "ingest") await options.openAddresses(settingsOf(definition));
  const pool = createFitPool(availableParallelism());
  try {
    const context: StageContext = {
      run: task.run,
      definition,
      definitionHash: run.definitionHash,
      request: requestOf(run.trigger),
      store,
      registry,
      pool,
      address: options.address,
      frames: new FrameCache(),
      signal: options.signal,
    };
    const call = { step, stage, input: decodeValue(given.input) } as StageCall;
    return await carryOutStage(context, call, printingReporter(options.print), () => options.signal.aborted);
  } finally {
    await pool.close();
  }
}

/** The definition with the project's functions; the project must be the worker's own. */
async function loadDefinition(
  { loadPipelines }: TaskOptions,
  { pipeline, run }: Task,
  hash: string,
): Promise<PipelineDefinition> {
  const pipelines = await loadPipelines();
  const found = pipelines.get(pipeline);
  if (!isPipeline(found)) throw errors.UNKNOWN_PIPELINE({ pipeline, known: [...pipelines.keys()] });
  if (definitionHash(found) !== hash) throw errors.TASK_OTHER_DEFINITION({ pipeline, run });
  return found.definition;
}

/** Settings that the sources of a pipeline read their addresses from. */
function settingsOf({ source, evaluate: { replay } }: PipelineDefinition): string[] {
  return [...new Set([source.url.setting, ...(replay === null ? [] : [replay.url.setting])])];
}

function summaryOf(outcome: unknown): string {
  const { summary } = outcome as { readonly summary?: unknown };
  return typeof summary === "string" ? summary : "done";
}
