import type { AnswerStore } from "./answer-store.js";
import { IdempotentAnswers } from "./idempotent-answers.js";
import { LoadGate } from "./load-gate.js";
import type { BodyLimits } from "./read-body.js";

export interface DoorOptions {
  readonly bodyBytes: number;
  readonly arrivalMs: number;
  readonly requestsPerSecond: number | null;
  readonly mostLagMs: number;
  /** Where replicas tell each other their answers by idempotency key; null: each process for itself. */
  readonly answers: AnswerStore | null;
}

/** What stands between a connection and the service: limits, and answers that were given before. */
export interface Door {
  readonly limits: BodyLimits;
  readonly gate: LoadGate;
  readonly idempotent: IdempotentAnswers;
  /** Streams that are answered now. */
  streams: number;
}

export function createDoor({ bodyBytes, arrivalMs, requestsPerSecond, mostLagMs, answers }: DoorOptions): Door {
  return {
    limits: { bodyBytes, arrivalMs },
    gate: new LoadGate({ requestsPerSecond, mostLagMs }),
    idempotent: new IdempotentAnswers(answers),
    streams: 0,
  };
}
