import { isAtalayaError } from "@atalaya/errors";

/**
 * The error that a failed run is about: DBOS wraps what the last attempt of a step threw, as `errors` of its own error or
 * as a `cause`.
 */
export function innermostError(error: unknown): unknown {
  if (isAtalayaError(error) || !(error instanceof Error)) return error;
  const attempts = (error as { errors?: unknown }).errors;
  const inner = Array.isArray(attempts) ? attempts.at(-1) : error.cause;
  return inner === undefined ? error : innermostError(inner);
}
