import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { isPipeline, type Pipeline } from "@atalaya/define";
import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import { createFitPool, type FitPool } from "@atalaya/learn/threads";
import type { Registry } from "@atalaya/registry";
import type { LockSession, NewRun, Run, RunOutcome, Store } from "@atalaya/store";
import { FrameCache } from "./artifacts/frame-cache.js";
import { cancelRun } from "./control/cancel-run.js";
import { findRun } from "./control/find-run.js";
import { planRetry } from "./control/retry-plan.js";
import { definitionHash } from "./definition-hash.js";
import { type Engine, type EngineRun, openEngine } from "./durability/engine.js";
import { outlast } from "./durability/outlast.js";
import { errors } from "./errors.js";
import type { RunEvent, RunResult } from "./events.js";
import { type RunRequest, requestOf, requestText } from "./run-request.js";
import type { Runner, RunnerOptions } from "./runner-contract.js";
import { pullBatches, waitingBatches } from "./stages/ingest.js";
import type { StageContext } from "./stages/stage.js";
import { keepSwept } from "./tasks/keep-swept.js";
import { StepPlacing } from "./tasks/step-placing.js";
import { TaskNews } from "./tasks/task-news.js";
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
  const { executor = null, launchers = {} } = options;
  const placing = new StepPlacing(store, new TaskNews(store), launchers, executor);
  const process = new RunningProcess(store, registry, options, locks, pool, placing);
  const engine = await openEngine({
    databaseUrl: store.databaseUrl,
    slot,
    body: (run, pipeline, definition, trigger) => process.carryOut(run, pipeline, definition, trigger),
    onWarning: () => {},
  });
  const stopSweeping = keepSwept(store, launchers, (text) => process.tell(text));
  return {
    run: (pipeline, request = { kind: "hand" }) => process.run(engine, pipeline, request),
    watch: (pipeline) => process.watch(engine, pipeline),
    unfinished: () => process.unfinished(),
    cancel: (run, request) => cancelRun(store, run, request),
    resume: (run) => process.resume(engine, run),
    retry: (run, from) => process.retry(engine, run, from),
    close: async () => {
      process.stop();
      await engine.close();
      await placing.untilLogged();
      await stopSweeping();
      await placing.close();
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
  readonly trigger: string;
  /** Some of it was done before. */
  readonly resumed: boolean;
  readonly begin: () => Promise<EngineRun>;
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
    readonly placing: StepPlacing,
  ) {}

  tell(text: string): void {
    this.options.onEvent?.({ type: "note", run: "", pipeline: "", step: "", text, at: Date.now() });
  }

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

  /** Goes on with a run that was cancelled, or that a killed process left. */
  async resume(engine: Engine, named: string): Promise<RunResult> {
    const { id, pipeline } = await findRun(this.store, named);
    return this.#alone(
      pipeline,
      async (definition) => {
        const run = await findRun(this.store, id);
        // Nobody carries out a running one: its pipeline's lock is ours.
        if (run.state !== "cancelled" && run.state !== "running") throw errors.NOT_RESUMABLE({ run: id, state: run.state });
        if (run.definitionHash !== definition) throw errors.DEFINITION_CHANGED({ pipeline, run: id });
        return this.#continue(engine, run);
      },
      { waits: false },
    );
  }

  /** Does a run again from a step on; what was before it is taken over. */
  async retry(engine: Engine, named: string, from?: string): Promise<RunResult> {
    const { id, pipeline } = await findRun(this.store, named);
    return this.#alone(
      pipeline,
      async (definition) => {
        const { state, trigger, definitionHash } = await findRun(this.store, id);
        if (state === "running" || state === "queued") throw errors.UNDER_WAY({ pipeline });
        const recorded = await engine.recorded(id);
        if (definitionHash !== definition || recorded === null) throw errors.DEFINITION_CHANGED({ pipeline, run: id });
        if (recorded.length === 0) return this.#begin(engine, pipeline, definition, trigger);
        const plan = planRetry({ run: id, recorded, chain: this.#steps(pipeline, requestOf(trigger)), from });
        const again = randomUUID();
        const run = { id: again, pipeline, definitionHash, trigger, retryOf: id, retryFrom: plan.from };
        const { startedAt } = await this.#start(run);
        const begin = (): Promise<EngineRun> => engine.fork(id, again, plan.firstPiece);
        const result = await this.#follow(engine, { id: again, pipeline, trigger, resumed: true, begin });
        // The run before knows when its own start was.
        return { ...result, seconds: (Date.now() - startedAt.getTime()) / 1_000 };
      },
      { waits: false },
    );
  }

  async #alone<Result>(
    pipeline: string,
    work: (definition: string) => Promise<Result>,
    { waits }: { readonly waits: boolean } = { waits: true },
  ): Promise<Result> {
    const definition = this.#definitionHash(pipeline);
    if (definition === null) throw errors.UNKNOWN_PIPELINE({ pipeline, known: [...this.options.pipelines.keys()] });
    const lock = `pipeline/${pipeline}`;
    if (waits) await this.locks.lock(lock);
    else if (!(await this.locks.tryLock(lock))) throw errors.UNDER_WAY({ pipeline });
    try {
      return await work(definition);
    } finally {
      if (!this.#stopping.signal.aborted) await this.locks.unlock(lock);
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
    await this.#start({ id, pipeline, definitionHash: definition, trigger });
    const begin = (): Promise<EngineRun> => engine.start(id, pipeline, definition, trigger);
    return this.#follow(engine, { id, pipeline, trigger, resumed: false, begin });
  }

  async #continue(engine: Engine, { id, pipeline, definitionHash, trigger }: Run): Promise<RunResult> {
    await this.#start({ id, pipeline, definitionHash, trigger });
    const begin = (): Promise<EngineRun> => engine.resume(id, pipeline, definitionHash, trigger);
    return this.#follow(engine, { id, pipeline, trigger, resumed: true, begin });
  }

  async #follow(engine: Engine, started: StartedRun): Promise<RunResult> {
    const { id, pipeline, trigger, resumed, begin } = started;
    const steps = this.#steps(pipeline, requestOf(trigger));
    this.options.onEvent?.({ type: "run-started", run: id, pipeline, resumed, steps, at: Date.now() });
    try {
      const run = await begin();
      const result = (await run.result()) as RunResult;
      await this.#finish(id, { state: "done", verdict: result.verdict, version: result.version, result });
      this.options.onEvent?.({ type: "run-done", run: id, pipeline, result, at: Date.now() });
      return result;
    } catch (error) {
      if (this.#stopping.signal.aborted) throw errors.RUN_STOPPED({ run: id }, error);
      const cancelled = await this.#cancelled(engine, id);
      const failure = cancelled ?? this.#failures.get(id) ?? innermostError(error);
      const [code, message] = isAtalayaError(failure) ? [failure.code, failure.message] : ["UNEXPECTED", String(failure)];
      const state = cancelled === null ? "failed" : "cancelled";
      await this.#finish(id, { state, errorCode: code, errorMessage: message });
      await this.placing.removeRun(id).catch(() => {});
      this.options.onEvent?.({ type: "run-failed", run: id, pipeline, code, message, at: Date.now() });
      throw failure;
    } finally {
      this.#failures.delete(id);
    }
  }

  /** The engine has kept how the run ended; a row that cannot be written just now is written later. */
  #finish(id: string, outcome: RunOutcome): Promise<Run> {
    return outlast(this.store, () => this.store.runs.finish(id, outcome), { signal: this.#stopping.signal });
  }

  #start(run: NewRun): Promise<Run> {
    return outlast(this.store, () => this.store.runs.start(run), { signal: this.#stopping.signal });
  }

  /** What ended the run, in the words of who cancelled it; null: nobody did. */
  async #cancelled(engine: Engine, id: string): Promise<AtalayaError | null> {
    if (!(await engine.isCancelled(id))) return null;
    const run = await this.store.runs.find(id);
    return errors.CANCELLED({ run: id, told: run?.state === "cancelled" ? run.errorMessage : null });
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
      await this.placing.removeRun(run.id).catch(() => {});
      await this.store.runs.finish(run.id, { state: "cancelled", errorCode: why.code, errorMessage: why.message });
    }
    return same;
  }

  /** The body of the workflow: what DBOS calls, and calls again after a crash. */
  async carryOut(run: string, pipeline: string, definition: string, trigger: string): Promise<unknown> {
    const found = this.options.pipelines.get(pipeline);
    if (found === undefined || this.#definitionHash(pipeline) !== definition) throw errors.DEFINITION_CHANGED({ pipeline, run });
    const cancellation = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, cancellation.signal]);
    const tell = (event: RunEvent): void => this.options.onEvent?.(event);
    const clock = new StepClock(run, pipeline, tell, this.#stopping.signal, cancellation, this.store);
    try {
      return await (isPipeline(found)
        ? pipelineWorkflow(this.#context(run, found, definition, requestOf(trigger), signal), clock, this.placing)
        : durableWorkflow(found, clock));
    } catch (error) {
      const innermost = innermostError(error);
      if (isAtalayaError(innermost)) this.#failures.set(run, innermost);
      throw error;
    }
  }

  /** @param run null: before there is one */
  #context(
    run: string | null,
    { definition }: Pipeline,
    definitionHash: string,
    request: RunRequest,
    signal = this.#stopping.signal,
  ): StageContext {
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
      signal,
    };
  }

  #steps(pipeline: string, request: RunRequest): string[] {
    const found = this.options.pipelines.get(pipeline);
    return isPipeline(found) ? stepNames(found, request) : [];
  }

  #definitionHash(pipeline: string): string | null {
    const found = this.options.pipelines.get(pipeline);
    return found === undefined ? null : definitionHash(found);
  }
}
