import { createHash, randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { type Durable, describeDefinition, isPipeline, type Pipeline } from "@atalaya/define";
import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import { createFitPool, type FitPool } from "@atalaya/learn/threads";
import type { Registry } from "@atalaya/registry";
import type { LockSession, Run, Store } from "@atalaya/store";
import { FrameCache } from "./artifacts/frame-cache.js";
import { type Engine, openEngine } from "./durability/engine.js";
import { errors } from "./errors.js";
import type { RunResult } from "./events.js";
import type { Runner, RunnerOptions } from "./runner-contract.js";
import { durableWorkflow } from "./workflow/durable-workflow.js";
import { innermostError } from "./workflow/innermost-error.js";
import { pipelineWorkflow, stepNames } from "./workflow/pipeline-workflow.js";
import { StepClock } from "./workflow/step-clock.js";

export interface RunnerContext {
  readonly store: Store;
  readonly registry: Registry;
}

/** Processes that may carry out runs on one database at the same time. */
const MOST_PROCESSES = 1_000;

/**
 * Opens the runner of this process. Runs that a killed process left are not touched until `run` is called for their
 * pipeline.
 *
 * @throws STORE_* when the database does not answer
 */
export async function openRunner({ store, registry }: RunnerContext, options: RunnerOptions): Promise<Runner> {
  const locks = await store.openLocks();
  const slot = await claimSlot(locks);
  const pool = createFitPool(availableParallelism());
  const process = new RunningProcess(store, registry, options, locks, pool);
  const engine = await openEngine({
    databaseUrl: store.databaseUrl,
    slot,
    body: (run, pipeline, definition) => process.carryOut(run, pipeline, definition),
    onWarning: () => {},
  });
  return {
    run: (pipeline) => process.run(engine, pipeline),
    unfinished: () => process.unfinished(),
    close: async () => {
      process.stop();
      await engine.close();
      await pool.close();
      await locks.close();
    },
  };
}

async function claimSlot(locks: LockSession): Promise<number> {
  for (let slot = 0; slot < MOST_PROCESSES; slot++) {
    if (await locks.tryLock(`process/${slot}`)) return slot;
  }
  throw new Error(`More than ${MOST_PROCESSES} processes use this database.`);
}

class RunningProcess {
  readonly #stopping = new AbortController();
  /** Why a run of this process failed, as it was thrown: the workflow engine keeps only its text. */
  readonly #failures = new Map<string, AtalayaError>();

  constructor(
    readonly store: Store,
    readonly registry: Registry,
    readonly options: RunnerOptions,
    readonly locks: LockSession,
    readonly pool: FitPool,
  ) {}

  stop(): void {
    this.#stopping.abort();
  }

  async unfinished(): Promise<string[]> {
    const running = await this.store.runs.list({ state: "running", limit: 1_000 });
    const names = running.filter((run) => this.#definitionHash(run.pipeline) === run.definitionHash).map((run) => run.pipeline);
    return [...new Set(names)];
  }

  /** One run at a time for each pipeline, across all processes: a second one waits for the first. */
  async run(engine: Engine, pipeline: string): Promise<RunResult> {
    const definition = this.#definitionHash(pipeline);
    if (definition === null) throw errors.UNKNOWN_PIPELINE({ pipeline, known: [...this.options.pipelines.keys()] });
    await this.locks.lock(`pipeline/${pipeline}`);
    try {
      const left = await this.#leftBehind(engine, pipeline, definition);
      const id = left?.id ?? randomUUID();
      await this.store.runs.start({ id, pipeline, definitionHash: definition, trigger: "by hand" });
      return await this.#follow(engine, id, pipeline, definition, left !== null);
    } finally {
      if (!this.#stopping.signal.aborted) await this.locks.unlock(`pipeline/${pipeline}`);
    }
  }

  async #follow(engine: Engine, id: string, pipeline: string, definition: string, resumed: boolean): Promise<RunResult> {
    const steps = this.#steps(pipeline);
    this.options.onEvent?.({ type: "run-started", run: id, pipeline, resumed, steps, at: Date.now() });
    try {
      const run = resumed ? await engine.resume(id, pipeline, definition) : await engine.start(id, pipeline, definition);
      const result = (await run.result()) as RunResult;
      await this.store.runs.finish(id, { state: "done", verdict: result.verdict, version: result.version, result });
      this.options.onEvent?.({ type: "run-done", run: id, pipeline, result, at: Date.now() });
      return result;
    } catch (error) {
      if (this.#stopping.signal.aborted) throw errors.RUN_STOPPED({ run: id }, error);
      const failure = this.#failures.get(id) ?? innermostError(error);
      const [code, message] = isAtalayaError(failure) ? [failure.code, failure.message] : ["UNEXPECTED", String(failure)];
      await this.store.runs.finish(id, { state: "failed", errorCode: code, errorMessage: message });
      this.options.onEvent?.({ type: "run-failed", run: id, pipeline, code, message, at: Date.now() });
      throw failure;
    } finally {
      this.#failures.delete(id);
    }
  }

  /** A run that its process left unfinished. Nobody carries it out: its pipeline's lock is ours. */
  async #leftBehind(engine: Engine, pipeline: string, definition: string): Promise<Run | null> {
    const left = await this.store.runs.list({ pipeline, state: "running", limit: 100 });
    let same: Run | null = null;
    for (const run of left) {
      if (run.definitionHash === definition && same === null) {
        same = run;
        continue;
      }
      const why = errors.DEFINITION_CHANGED({ pipeline, run: run.id });
      await engine.cancel(run.id);
      await this.store.runs.finish(run.id, { state: "cancelled", errorCode: why.code, errorMessage: why.message });
    }
    return same;
  }

  /** The body of the workflow: what DBOS calls, and calls again after a crash. */
  async carryOut(run: string, pipeline: string, definition: string): Promise<unknown> {
    const found = this.options.pipelines.get(pipeline);
    if (found === undefined || this.#definitionHash(pipeline) !== definition) throw errors.DEFINITION_CHANGED({ pipeline, run });
    const clock = new StepClock(run, pipeline, (event) => this.options.onEvent?.(event), this.#stopping.signal);
    try {
      return await (isPipeline(found) ? pipelineWorkflow(this.#context(run, found), clock) : durableWorkflow(found, clock));
    } catch (error) {
      const innermost = innermostError(error);
      if (isAtalayaError(innermost)) this.#failures.set(run, innermost);
      throw error;
    }
  }

  #context(run: string, { definition }: Pipeline) {
    const { store, registry, pool, options } = this;
    return {
      run,
      definition,
      store,
      registry,
      pool,
      address: options.address,
      frames: new FrameCache(),
      signal: this.#stopping.signal,
    };
  }

  #steps(pipeline: string): string[] {
    const found = this.options.pipelines.get(pipeline);
    return isPipeline(found) ? stepNames(found) : [];
  }

  #definitionHash(pipeline: string): string | null {
    const found: Pipeline | Durable | undefined = this.options.pipelines.get(pipeline);
    if (found === undefined) return null;
    return createHash("sha256").update(describeDefinition(found.definition)).digest("hex");
  }
}
