import type { ScoredBody, ScoringCall } from "../answers/score-body.js";
import type { ModelIdentity } from "../models/served-model.js";

/** Work for a thread. The model's bytes are shared memory; a thread opens them once. */
export interface ScoringTask {
  readonly task: number;
  readonly identity: ModelIdentity;
  readonly bytes: Uint8Array;
  readonly call: ScoringCall;
  readonly body: Uint8Array | undefined;
}

/** An error as plain data. */
export interface SentError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;
  readonly status: number;
  readonly retryable: boolean;
}

/** A body that was scored, its answer as UTF-8. */
export type SentBody = Omit<ScoredBody, "text" | "predictions"> & {
  readonly bytes: Uint8Array;
  /** Time that the thread took. */
  readonly milliseconds: number;
};

export type ScoringReply =
  | { readonly task: number; readonly scored: SentBody }
  | { readonly task: number; readonly error: SentError }
  | { readonly task: number; readonly failure: string };
