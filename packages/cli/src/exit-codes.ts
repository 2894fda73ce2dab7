import { isAtalayaError } from "@atalaya/errors";

/** What the process says when it ends; scripts rely on it. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, gateRefused: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Errors of other packages that only a wrong command line can cause. */
const wrongUsage = new Set(["SETTINGS_PORT_INVALID", "SETTINGS_CHOICE_INVALID", "RUN_UNKNOWN_PIPELINE"]);

/** The exit code of a command that ended with an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isAtalayaError(error)) return exitCodes.failed;
  if (wrongUsage.has(error.code)) return exitCodes.wrongUsage;
  // The catalogue of this package gives status 400 to what the user can put right on the command line or in the project.
  return error.code.startsWith("CLI_") && error.status === 400 ? exitCodes.wrongUsage : exitCodes.failed;
}
