import type { Durable, Pipeline } from "@atalaya/define";
import type { RunEvent, RunResult } from "./events.js";
import type { RunRequest } from "./run-request.js";

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
  /** Names of pipelines with an unfinished run that this process would continue. */
  unfinished(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface RunnerOptions {
  readonly pipelines: ReadonlyMap<string, Pipeline | Durable>;
  /** Value of a `setting.url`, and the stable name under which its batches are known (the address itself unless it changes, as a sample server's port does). */
  readonly address: (name: string) => { readonly url: string; readonly identity?: string };
  readonly onEvent?: (event: RunEvent) => void;
}
