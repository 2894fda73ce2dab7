import { errors } from "../errors.js";

/** A durable piece of a run as the workflow engine keeps it, in the order of `id`. */
export interface RecordedStep {
  readonly id: number;
  readonly name: string;
  readonly failed: boolean;
}

export interface RetryPlan {
  /** Name of the first step that is done again; null: every step of the chain. */
  readonly from: string | null;
  /** Pieces below this number are taken over. 0: none. */
  readonly firstPiece: number;
}

interface RetryRequest {
  readonly run: string;
  readonly recorded: readonly RecordedStep[];
  /** Steps of the chain in order; empty for a workflow of the project's own, whose steps only its run knows. */
  readonly chain: readonly string[];
  /** undefined: where the run failed or was cancelled, and from the beginning when it was done. */
  readonly from: string | undefined;
}

/**
 * What a new attempt takes over of a run that ended. Pure.
 *
 * @throws RUN_STEP_NOT_REACHED
 */
export function planRetry({ run, recorded, chain, from }: RetryRequest): RetryPlan {
  if (from === undefined) return planFromEnding(recorded, chain);
  const first = recorded.find(({ name }) => stepOf(name) === from);
  if (first !== undefined) return { from, firstPiece: first.id };
  const reached = chainSteps(recorded, chain);
  if (nextOf(recorded, chain) === from) return { from, firstPiece: pieceAfter(recorded) };
  throw errors.STEP_NOT_REACHED({ run, step: from, reached });
}

function planFromEnding(recorded: readonly RecordedStep[], chain: readonly string[]): RetryPlan {
  const failed = recorded.find((step) => step.failed);
  if (failed !== undefined) return { from: stepOf(failed.name), firstPiece: failed.id };
  if (recorded.some(({ name }) => name === "finish")) return { from: null, firstPiece: 0 };
  return { from: nextOf(recorded, chain), firstPiece: pieceAfter(recorded) };
}

/** Trials are pieces of the step that tunes. */
function stepOf(piece: string): string {
  return /^trial \d+$/.test(piece) ? "tune" : piece;
}

function pieceAfter(recorded: readonly RecordedStep[]): number {
  return Math.max(-1, ...recorded.map(({ id }) => id)) + 1;
}

/** The first step of the chain of which nothing is recorded; null where the chain does not say. */
function nextOf(recorded: readonly RecordedStep[], chain: readonly string[]): string | null {
  const known = new Set(recorded.map(({ name }) => stepOf(name)));
  const last = chain.findLastIndex((name) => known.has(name));
  return chain[last + 1] ?? null;
}

/** Names that a retry may begin at. */
function chainSteps(recorded: readonly RecordedStep[], chain: readonly string[]): string[] {
  const known = [...new Set(recorded.map(({ name }) => stepOf(name)))];
  return chain.length === 0
    ? known.filter((name) => name !== "start" && name !== "finish")
    : chain.filter((n) => known.includes(n));
}
