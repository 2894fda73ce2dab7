/** The facts of an error: plain data, so that they survive a log line, an HTTP answer and a database row. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface AtalayaErrorOptions {
  /** `PACKAGE_WHAT_HAPPENED`, stable: callers, documents and alerts name it. */
  readonly code: string;
  /** One sentence that names the thing. */
  readonly message: string;
  readonly details?: ErrorDetails;
  /** What the reader can do about it, as a sentence. */
  readonly hint?: string | undefined;
  /** Status of the HTTP answer that this error becomes. */
  readonly status?: number;
  /** True when the same call may succeed later without any change; it drives retries. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error class. Created through a catalogue made by `defineErrors`, never with a sentence of the moment. */
export class AtalayaError extends Error {
  override readonly name = "AtalayaError";
  readonly code: string;
  readonly details: ErrorDetails;
  readonly hint: string | undefined;
  readonly status: number;
  readonly retryable: boolean;

  constructor(options: AtalayaErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.details = options.details ?? {};
    this.hint = options.hint;
    this.status = options.status ?? 500;
    this.retryable = options.retryable ?? false;
  }

  toJSON(): { code: string; message: string; details: ErrorDetails; hint?: string; retryable: boolean } {
    const { code, message, details, hint, retryable } = this;
    return hint === undefined ? { code, message, details, retryable } : { code, message, details, hint, retryable };
  }
}

/** True for our error, even one made by another copy of this package (a user's project may carry its own). */
export function isAtalayaError(error: unknown): error is AtalayaError {
  return error instanceof Error && error.name === "AtalayaError" && typeof (error as AtalayaError).code === "string";
}
