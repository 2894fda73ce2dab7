import type { PipelineDefinition } from "@atalaya/define";
import type { FitPool } from "@atalaya/learn/threads";
import type { Registry } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { FrameCache } from "../artifacts/frame-cache.js";
import type { RunRequest } from "../run-request.js";
import type { RunnerOptions } from "../runner-contract.js";

/** What every stage of a run may use. Stages take and give references; what they need of tables they load themselves. */
export interface StageContext {
  readonly run: string;
  readonly definition: PipelineDefinition;
  /** Identity of the definition. */
  readonly definitionHash: string;
  readonly request: RunRequest;
  readonly store: Store;
  readonly registry: Registry;
  readonly address: RunnerOptions["address"];
  /** Threads that fit models. */
  readonly pool: FitPool;
  /** Frames that an earlier stage of this process has loaded already. */
  readonly frames: FrameCache;
  readonly signal: AbortSignal;
}

export interface RowCounts {
  readonly read: number;
  readonly accepted: number;
  readonly quarantined: number;
}
