import { S3ServiceException } from "@aws-sdk/client-s3";

/** HTTP status of the server's answer; null when there was none. */
export function statusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof S3ServiceException && error.name === name;
}

/** These keys may not do it, however often they try. */
export function isRefused(error: unknown): boolean {
  return statusOf(error) === 401 || statusOf(error) === 403;
}

/** Failed on the way or inside the server. 409 is a concurrent conditional write, which S3 asks to repeat. */
export function isWorthRepeating(error: unknown): boolean {
  const status = statusOf(error);
  return status === null || status >= 500 || status === 429 || status === 408 || status === 409;
}

/** The whole answer with its sockets hangs on the error, and would fill a log. */
export function withoutAnswer(error: unknown): unknown {
  if (error instanceof S3ServiceException) Reflect.deleteProperty(error, "$response");
  return error;
}

export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof S3ServiceException ? `${error.name}: ${error.message}` : error.message;
}
