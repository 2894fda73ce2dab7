import { errors } from "../errors.js";

/**
 * The result of `work`, or CLI_INTERRUPTED as soon as the signal is aborted. The work itself is not stopped by that:
 * whoever started it closes what it stands on.
 */
export async function untilInterrupted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let onAbort = (): void => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(errors.INTERRUPTED({}));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  // When the interruption wins, nobody waits for the work any more; its failure is then expected.
  work.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
