import type { Durable, Pipeline } from "@atalaya/define";
import type { RunEvent, RunResult } from "./events.js";

/** Carries pipelines out durably. One per process. */
export interface Runner {
  /**
   * Runs a pipeline to its end. An unfinished run of it (a killed process) is continued instead of starting another; a
   * run of it that another process is carrying out is waited for first.
   *
   * @throws RUN_UNKNOWN_PIPELINE and whatever error ended the run
   */
  run(pipeline: string): Promise<RunResult>;
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
