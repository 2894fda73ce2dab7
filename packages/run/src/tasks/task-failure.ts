import { AtalayaError, isAtalayaError } from "@atalaya/errors";
import type { Task, TaskFailure } from "@atalaya/store";

/** An error as a row can hold it. What is not one of ours may pass: the next attempt tells. */
export function failureOf(error: unknown): TaskFailure {
  if (!isAtalayaError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "UNEXPECTED", message, hint: null, status: 500, retryable: false };
  }
  const { code, message, hint, status, retryable } = error;
  return { code, message, hint: hint ?? null, status, retryable };
}

/** The error of a failed attempt, as it was thrown in its own process. */
export function errorOf({ error }: Task): AtalayaError {
  // The row was written by `failureOf`.
  const { code, message, hint, status, retryable } = error as unknown as TaskFailure;
  return new AtalayaError({ code, message, hint: hint ?? undefined, status, retryable });
}

export function isRetryable({ error }: Task): boolean {
  return (error as unknown as TaskFailure | null)?.retryable === true;
}

/** True when the attempt was ended for the memory that it took: the next one needs more. */
export function ranOutOfMemory({ error }: Task): boolean {
  return (error as unknown as TaskFailure | null)?.code.endsWith("_OUT_OF_MEMORY") === true;
}
