import type { Durable, Executor, Pipeline } from "@atalaya/define";
import type { CancelledRun, CancelRequest } from "./control/cancel-run.js";
import type { RunEvent, RunResult } from "./events.js";
import type { RunRequest } from "./run-request.js";
import type { Launchers } from "./tasks/task-launcher.js";

/** Carries pipelines out durably. One per process. */
export interface Runner {
  /**
   * Runs a pipeline to its end. An unfinished run of it (a killed process) that was asked for in the same way is continued
   * instead of starting another, one that was asked for otherwise is finished first; a run of it that somebody else is carrying
   * out is waited for.
   *
   * @param request why, and how much of the chain; left out: all of it, by hand
   * @throws RUN_UNKNOWN_PIPELINE, RUN_FLOW_MISSING and whatever error ended the run
   */
  run(pipeline: string, request?: RunRequest): Promise<RunResult>;
  /**
   * Takes the next batch of a pipeline's source, if there is one: judges it, compares it with what the live version was trained
   * on, and trains when a trigger of the pipeline asks for it. An unfinished run is continued instead. null: there was nothing
   * to do.
   *
   * @throws RUN_UNKNOWN_PIPELINE, what ended the run, and INGEST_SOURCE_* when the source does not answer
   */
  watch(pipeline: string): Promise<RunResult | null>;
  /**
   * Ends a run that goes on in any process. @throws RUN_NO_SUCH_RUN, RUN_AMBIGUOUS, RUN_ENDED
   *
   * @param run  its id, or how it begins
   */
  cancel(run: string, request: CancelRequest): Promise<CancelledRun>;
  /**
   * Goes on with a cancelled run after its last finished step, to its end.
   *
   * @throws RUN_NO_SUCH_RUN, RUN_AMBIGUOUS, RUN_NOT_RESUMABLE, RUN_UNDER_WAY, RUN_DEFINITION_CHANGED, and what ends the run
   */
  resume(run: string): Promise<RunResult>;
  /**
   * Does a run that ended again, as another run, to its end: the steps before `from` are taken over as they were.
   *
   * @param from  left out: the step that failed or was cancelled; of a run that was done, the first
   * @throws as `resume`, and RUN_STEP_NOT_REACHED
   */
  retry(run: string, from?: string): Promise<RunResult>;
  /** Names of pipelines with an unfinished run that this process would continue. */
  unfinished(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface RunnerOptions {
  readonly pipelines: ReadonlyMap<string, Pipeline | Durable>;
  /** Value of a `setting.url`, and the stable name under which its batches are known (the address itself unless it changes, as a sample server's port does). */
  readonly address: (name: string) => { readonly url: string; readonly identity?: string };
  readonly onEvent?: (event: RunEvent) => void;
  /** Where steps run, whatever pipelines say; left out or null: what they say. */
  readonly executor?: Executor | null;
  /** What carries steps out in other processes. It is closed with the runner. Left out: every step runs here. */
  readonly launchers?: Launchers;
}
