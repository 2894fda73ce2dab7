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
import { type RunRequest, requestOf, requestText } from "./run-request.js";
import type { Runner, RunnerOptions } from "./runner-contract.js";
import { pullBatches, waitingBatches } from "./stages/ingest.js";
import type { StageContext } from "./stages/stage.js";
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
    body: (run, pipeline, definition, trigger) => process.carryOut(run, pipeline, definition, trigger),
    onWarning: () => {},
  });
  return {
    run: (pipeline, request = { kind: "hand" }) => process.run(engine, pipeline, request),
    watch: (pipeline) => process.watch(engine, pipeline),
    unfinished: () => process.unfinished(),
    close: async () => {
      process.stop();
      await engine.close();
      await pool.close();
      await locks.close();
    },
  };
}

/** What stands in the row of a batch that came before there was a run for it. */
const WATCHER = "watcher";

interface StartedRun {
  readonly id: string;
  readonly pipeline: string;
  readonly definition: string;
  readonly trigger: string;
  /** Begun by a process that is gone. */
  readonly resumed: boolean;
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
  run(engine: Engine, pipeline: string, request: RunRequest): Promise<RunResult> {
    return this.#alone(pipeline, async (definition) => {
      const trigger = requestText(request);
      const left = await this.#leftBehind(engine, pipeline, definition);
      if (left !== null) {
        const result = await this.#continue(engine, left);
        if (left.trigger === trigger) return result;
      }
      return this.#begin(engine, pipeline, definition, trigger);
    });
  }

  watch(engine: Engine, pipeline: string): Promise<RunResult | null> {
    return this.#alone(pipeline, async (definition) => {
      const left = await this.#leftBehind(engine, pipeline, definition);
      if (left !== null) return this.#continue(engine, left);
      if (!(await this.#hasBatch(pipeline, definition))) return null;
      return this.#begin(engine, pipeline, definition, requestText({ kind: "watch" }));
    });
  }

  async #alone<Result>(pipeline: string, work: (definition: string) => Promise<Result>): Promise<Result> {
    const definition = this.#definitionHash(pipeline);
    if (definition === null) throw errors.UNKNOWN_PIPELINE({ pipeline, known: [...this.options.pipelines.keys()] });
    await this.locks.lock(`pipeline/${pipeline}`);
    try {
      return await work(definition);
    } finally {
      if (!this.#stopping.signal.aborted) await this.locks.unlock(`pipeline/${pipeline}`);
    }
  }

  /** True when a batch waits to be judged: one that was kept before, or that the source gives now. */
  async #hasBatch(pipeline: string, definition: string): Promise<boolean> {
    const found = this.options.pipelines.get(pipeline);
    if (!isPipeline(found)) return false;
    const request: RunRequest = { kind: "watch" };
    const context = this.#context(null, found, definition, request);
    const { source } = found.definition;
    if ((await waitingBatches(context, source)).length > 0) return true;
    const tell = (text: string): void =>
      this.options.onEvent?.({ type: "note", run: "", pipeline, step: "ingest", text, at: Date.now() });
    return (await pullBatches(context, source, { progress: () => {}, note: tell }, 1)) > 0;
  }

  async #begin(engine: Engine, pipeline: string, definition: string, trigger: string): Promise<RunResult> {
    const id = randomUUID();
    await this.store.runs.start({ id, pipeline, definitionHash: definition, trigger });
    return this.#follow(engine, { id, pipeline, definition, trigger, resumed: false });
  }

  async #continue(engine: Engine, { id, pipeline, definitionHash, trigger }: Run): Promise<RunResult> {
    await this.store.runs.start({ id, pipeline, definitionHash, trigger });
    return this.#follow(engine, { id, pipeline, definition: definitionHash, trigger, resumed: true });
  }

  async #follow(engine: Engine, started: StartedRun): Promise<RunResult> {
    const { id, pipeline, definition, trigger, resumed } = started;
    const steps = this.#steps(pipeline, requestOf(trigger));
    this.options.onEvent?.({ type: "run-started", run: id, pipeline, resumed, steps, at: Date.now() });
    try {
      const run = await (resumed ? engine.resume : engine.start)(id, pipeline, definition, trigger);
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
  async carryOut(run: string, pipeline: string, definition: string, trigger: string): Promise<unknown> {
    const found = this.options.pipelines.get(pipeline);
    if (found === undefined || this.#definitionHash(pipeline) !== definition) throw errors.DEFINITION_CHANGED({ pipeline, run });
    const clock = new StepClock(run, pipeline, (event) => this.options.onEvent?.(event), this.#stopping.signal);
    try {
      return await (isPipeline(found)
        ? pipelineWorkflow(this.#context(run, found, definition, requestOf(trigger)), clock)
        : durableWorkflow(found, clock));
    } catch (error) {
      const innermost = innermostError(error);
      if (isAtalayaError(innermost)) this.#failures.set(run, innermost);
      throw error;
    }
  }

  /** @param run null: before there is one */
  #context(run: string | null, { definition }: Pipeline, definitionHash: string, request: RunRequest): StageContext {
    const { store, registry, pool, options } = this;
    return {
      run: run ?? WATCHER,
      definition,
      definitionHash,
      request,
      store,
      registry,
      pool,
      address: options.address,
      frames: new FrameCache(),
      signal: this.#stopping.signal,
    };
  }

  #steps(pipeline: string, request: RunRequest): string[] {
    const found = this.options.pipelines.get(pipeline);
    return isPipeline(found) ? stepNames(found, request) : [];
  }

  #definitionHash(pipeline: string): string | null {
    const found: Pipeline | Durable | undefined = this.options.pipelines.get(pipeline);
    if (found === undefined) return null;
    return createHash("sha256").update(describeDefinition(found.definition)).digest("hex");
  }
}
