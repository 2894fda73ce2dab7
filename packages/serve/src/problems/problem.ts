import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import type { RowProblem } from "@atalaya/learn";
import { errors } from "../errors.js";

/** An error as an HTTP answer: problem details of RFC 9457 with our stable `code` and, for rows, the fields. */
export interface Problem {
  readonly type: string;
  /** The same for every problem of this code. */
  readonly title: string;
  readonly status: number;
  /** One sentence about this occurrence. */
  readonly detail: string;
  /** `urn:uuid:…` of this occurrence; the log of a failure inside the service names it too. */
  readonly instance: string;
  readonly code: string;
  /** What the caller can do. */
  readonly hint?: string;
  /** The first problems, 100 at most: reading stops there. */
  readonly errors?: readonly RowProblem[];
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json; charset=utf-8";

export function problemOf(error: AtalayaError, occurrence: string): Problem {
  const { problems } = error.details as { problems?: readonly RowProblem[] };
  return {
    type: `urn:atalaya:error:${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.message,
    instance: `urn:uuid:${occurrence}`,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(problems === undefined ? {} : { errors: problems }),
  };
}

/** `SERVE_BAD_ROWS` → `Bad rows`. */
function titleOf(code: string): string {
  const words = code
    .slice(code.indexOf("_") + 1)
    .toLowerCase()
    .replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the HTTP framework throws: a code of its own and a status. */
interface FrameworkError extends Error {
  readonly code: string;
  readonly statusCode: number;
}

/** Where an error came to be answered. */
export interface Occasion {
  readonly occurrence: string;
  readonly bodyLimit: number;
  readonly contentType: string | undefined;
}

/** Any error as ours: the framework's refusals by their meaning, everything unknown as `SERVE_INTERNAL`. */
export function asAtalayaError(error: unknown, occasion: Occasion): AtalayaError {
  if (isAtalayaError(error)) return error;
  if (isFrameworkError(error)) {
    switch (error.code) {
      case "FST_ERR_CTP_BODY_TOO_LARGE":
        return errors.BODY_TOO_LARGE({ limitBytes: occasion.bodyLimit });
      case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
        return errors.CONTENT_TYPE({ received: occasion.contentType ?? "missing" });
    }
    if (error.statusCode < 500) return errors.REQUEST_REFUSED({ problem: withoutFullStop(error.message) });
  }
  return errors.INTERNAL({ occurrence: occasion.occurrence }, error);
}

function isFrameworkError(error: unknown): error is FrameworkError {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    "statusCode" in error &&
    typeof error.statusCode === "number" &&
    error.statusCode >= 400
  );
}

function withoutFullStop(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}
