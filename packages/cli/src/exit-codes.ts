import { isAtalayaError } from "@atalaya/errors";

/** What the process says when it ends; scripts rely on it. The last three are those of `task`, which a podFailurePolicy reads. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, gateRefused: 3, final: 65, retryable: 75, stopped: 143 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a command that ended with an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isAtalayaError(error)) return exitCodes.failed;
  // Status 400 of this package is what can be put right on the command line or in the project's files; settings are alike.
  const isUsage = (error.code.startsWith("CLI_") && error.status === 400) || error.code.startsWith("SETTINGS_");
  return isUsage ? exitCodes.wrongUsage : exitCodes.failed;
}
