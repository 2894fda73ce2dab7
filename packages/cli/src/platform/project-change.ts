import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { errors } from "../errors.js";
import type { Session } from "../session.js";

const LOOK_EVERY_MS = 2_000;

/**
 * Does work that lasts, and interrupts it when the link leads to another folder than at its start: whoever supervises the
 * process then starts it again, with the project as it is now.
 *
 * @param link  undefined: nothing is watched
 * @throws CLI_NO_FILE
 */
export async function endingWhenChanged(
  session: Session,
  link: string | undefined,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  if (link === undefined) return work(session);
  const path = resolve(session.workingDirectory, link);
  const target = targetOf(path);
  if (target === null) throw errors.NO_FILE({ path });
  const change = new AbortController();
  const timer = setInterval(() => {
    const now = targetOf(path);
    // Null is the moment between two links.
    if (now === null || now === target || change.signal.aborted) return;
    session.terminal.say(`The project is now ${now}: ending, to be started again with it.`);
    change.abort();
  }, LOOK_EVERY_MS);
  try {
    await work({ ...session, signal: AbortSignal.any([session.signal, change.signal]) });
  } finally {
    clearInterval(timer);
  }
}

function targetOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
