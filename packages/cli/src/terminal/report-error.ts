import { isAtalayaError } from "@atalaya/errors";
import type { Logger } from "@atalaya/telemetry";
import type { Palette } from "./palette.js";
import type { OutputStream } from "./terminal.js";

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint?: string;
}

/** What to tell of an error; one that is not ours is a fault of Atalaya or of its surroundings. */
export function describeError(error: unknown): ErrorReport {
  if (isAtalayaError(error)) {
    const { code, message, details, hint } = error;
    return { code, message, details, ...(hint === undefined ? {} : { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "CLI_UNEXPECTED",
    message: message === "" ? "the command ended without saying why" : message,
    details: {},
    hint: "This was not foreseen. ATALAYA_DEBUG=1 shows where it happened.",
  };
}

/**
 * Writes an error: two lines on stderr for people (one of the log, where a program reads), and with `--json` one object on stdout.
 * A stack only with `debug`.
 */
export function reportError(
  error: unknown,
  output: { stdout: OutputStream; stderr: OutputStream; palette: Palette; json: boolean; debug: boolean; log?: Logger | null },
): void {
  const { code, message, details, hint } = describeError(error);
  if (output.json) {
    const shown = { code, message, details, ...(hint === undefined ? {} : { hint }) };
    output.stdout.write(`${JSON.stringify({ error: shown })}\n`);
  }
  if (output.log != null) {
    output.log.error({ code, details, ...(hint === undefined ? {} : { hint }), ...(output.debug ? { error } : {}) }, message);
    return;
  }
  output.stderr.write(`${output.palette.bad(`error ${code}:`)} ${message}\n`);
  if (hint !== undefined) output.stderr.write(`hint: ${hint}\n`);
  if (output.debug) output.stderr.write(`\n${stackOf(error)}\n`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`;
}
