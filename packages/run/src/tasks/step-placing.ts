import { setTimeout as sleep } from "node:timers/promises";
import type { Executor } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";

import { isDatabaseAway, type Store, type Task, type TaskKey, taskPayload } from "@atalaya/store";
import { errors } from "../errors.js";
import type { StageContext } from "../stages/stage.js";
import { carryOutStage, recordFailure, type StageCall } from "../workflow/carry-out-stage.js";
import type { StageName, StageOutcomes } from "../workflow/stage-registry.js";
import type { StepReporter } from "../workflow/step-clock.js";
import { decodeValue, encodeValue } from "./encode-value.js";
import { placementOf } from "./placement.js";
import { keepDefinition, type TaskInput } from "./task-definition.js";
import { readTold } from "./task-events.js";
import { errorOf, failureOf, isRetryable, ranOutOfMemory } from "./task-failure.js";
import type { FanOut, Launchers, TaskEnd, TaskLauncher, TaskWatcher } from "./task-launcher.js";
import { lastTimeKept, TaskLog } from "./task-log.js";
import type { TaskNews } from "./task-news.js";

/** A pod ends a moment after its step is done; a worker that stops waits so long for the last lines. */
const LOG_GRACE_MS = 3_000;

/** How the body of a run follows one of its steps. */
export interface StepFollower {
  readonly report: StepReporter;
  /** Fires when this process stops: the task is left as it is, for the process after it. */
  readonly signal: AbortSignal;
  /** True when nobody wants the outcome any more. */
  readonly isDropped: () => boolean;
  /** Steps that begin at the same moment, this one among them; they may share one launch. */
  readonly together?: readonly StageCall[];
}

/**
 * Carries the steps of a run out where the pipeline and the settings say: here, or as a task of another process.
 *
 * The row of a task is the only truth about it. A worker that takes a run over finds there what was launched and what came
 * of it, so a finished task is not done again and one that goes on is not launched twice.
 */
export class StepPlacing {
  readonly #open = new Set<TaskLog>();

  constructor(
    readonly store: Store,
    readonly news: TaskNews,
    readonly launchers: Launchers,
    readonly executor: Executor | null,
  ) {}

  async carryOut<Name extends StageName>(
    context: StageContext,
    call: StageCall<Name>,
    follower: StepFollower,
  ): Promise<StageOutcomes[Name]> {
    const { executor } = placementOf(context.definition, this.executor, call.step);
    if (executor === "inline") return carryOutStage(context, call, follower.report, follower.isDropped);
    const launcher = this.launchers[executor];
    if (launcher === undefined) throw errors.NO_EXECUTOR({ executor, pipeline: context.definition.name, step: call.step });
    const outcome = await this.#attempt(context, call, follower, launcher);
    // The row was written by the same stage, and under this definition.
    return decodeValue(outcome) as StageOutcomes[Name];
  }

  /** One attempt: the next, or the one that an earlier worker left. The durable step around it makes the others. */
  async #attempt(context: StageContext, call: StageCall, follower: StepFollower, launcher: TaskLauncher): Promise<unknown> {
    const { run, definition } = context;
    const { step } = call;
    const { tasks } = this.store;
    const before = await tasks.last(run, step);
    if (before?.state === "done") return before.outcome;
    if (before?.state === "failed" && !isRetryable(before)) throw errorOf(before);
    const attempt = before === null ? 1 : before.state === "failed" ? before.attempt + 1 : before.attempt;
    const key: TaskKey = { run, step, attempt };
    const kept = await keepDefinition(context);
    const together = attempt === 1 ? (follower.together ?? []) : [];
    await tasks.open(
      (together.length > 1 ? together : [call]).map((one) => ({
        run,
        step: one.step,
        attempt,
        pipeline: definition.name,
        stage: one.stage,
        input: { definition: kept, input: encodeValue(one.input) } satisfies TaskInput,
      })),
    );
    const started = performance.now();
    try {
      return await this.#follow(context, key, follower, launcher, fanOutOf(together));
    } catch (error) {
      // Without PostgreSQL nothing is known of the task: it goes on, and is followed again.
      if (follower.signal.aborted || follower.isDropped() || isDatabaseAway(error)) throw error;
      const failure = failureOf(error);
      // The task itself has told of it; what ended it from outside is told here.
      if (await tasks.finish(key, { failure })) await recordFailure(context, step, error, performance.now() - started);
      if (failure.retryable) follower.report.note(`${step}, attempt ${attempt}: ${failure.message}`);
      throw error;
    }
  }

  async #follow(
    context: StageContext,
    key: TaskKey,
    { report, signal }: StepFollower,
    launcher: TaskLauncher,
    fanOut: FanOut | null,
  ): Promise<unknown> {
    const { tasks } = this.store;
    const known = await tasks.find(key);
    const log = new TaskLog(this.store, key, context.definition.name);
    this.#open.add(log);
    void log.ended.then(() => this.#open.delete(log));
    const released = new AbortController();
    const watcher: TaskWatcher = {
      line: (text, at) => {
        log.add(text, at);
        readTold(text, report, { isOver: released.signal.aborted });
      },
      lastLine: () => log.end(),
      note: (text) => report.note(text),
      place: (text) => void tasks.place(key, text).catch(() => {}),
      signal: AbortSignal.any([released.signal, signal]),
    };
    const attempts = await tasks.list(context.run, key.step);
    const launch = {
      key,
      pipeline: context.definition.name,
      placement: placementOf(context.definition, this.executor, key.step),
      memoryFactor: 2 ** attempts.filter(ranOutOfMemory).length,
      fanOut,
      logAfter: await lastTimeKept(this.store, known?.log ?? []),
    };
    const ended = this.news.untilEnded(key, watcher.signal);
    try {
      const end: TaskEnd | null = await Promise.race([launcher.launch(launch, watcher), ended]);
      return outcomeOf(await tasks.find(key), key, end);
    } finally {
      released.abort();
    }
  }

  /** Gives tasks that have told their outcome a little time to end and their logs to be read to the end. */
  async untilLogged(): Promise<void> {
    const logs = Promise.all([...this.#open].map(({ ended }) => ended));
    await Promise.race([logs, sleep(LOG_GRACE_MS, undefined, { ref: false })]);
  }

  async close(): Promise<void> {
    for (const log of this.#open) log.end();
    await Promise.all(Object.values(this.launchers).map((launcher) => launcher.close()));
    await this.news.close();
  }

  /** Ends whatever goes on for a run that was cancelled or has failed. A cancelled run that goes on launches it anew. */
  async removeRun(run: string): Promise<void> {
    const waiting = (await this.store.tasks.list(run)).filter(({ state }) => state === "waiting");
    if (waiting.length === 0) return;
    const failure = { ...failureOf(errors.TASK_OF_ENDED_RUN({ run, state: "over" })), retryable: true };
    for (const task of waiting) await this.store.tasks.finish(task, { failure });
    await Promise.all(Object.values(this.launchers).map((launcher) => launcher.removeRun(run)));
  }
}

/** Trials that begin together have names that count up; anything else is launched alone. */
function fanOutOf(together: readonly StageCall[]): FanOut | null {
  const first = Number(/^trial (\d+)$/.exec(together[0]?.step ?? "")?.[1]);
  if (together.length < 2 || !Number.isInteger(first)) return null;
  const isRow = together.every(({ step }, place) => step === `trial ${first + place}`);
  return isRow ? { first, count: together.length } : null;
}

function outcomeOf(task: Task | null, key: TaskKey, end: TaskEnd | null): unknown {
  if (task?.state === "done") return task.outcome;
  if (task?.state === "failed") throw errorOf(task);
  const failure = end?.failure ?? errors.TASK_WITHOUT_OUTCOME({ task: taskPayload(key) });
  throw isAtalayaError(failure) ? failure : errors.TASK_WITHOUT_OUTCOME({ task: taskPayload(key) });
}
