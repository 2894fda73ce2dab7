import { isDatabaseAway, type Store, untilAnswering } from "@atalaya/store";

/** A server that answers and then breaks every session again is no restart. */
const MOST_TIMES = 20;

/**
 * Does work that may be done twice, again and again while PostgreSQL is not there: a restart of it, however long, costs a run
 * time and nothing else. Any other error is thrown at once.
 *
 * @param signal  nobody waits any more: what the work threw last is thrown
 * @param say  told once for each time that it is away
 */
export async function outlast<Result>(
  { database }: Pick<Store, "database">,
  work: () => Promise<Result>,
  { signal, say = () => {} }: { readonly signal: AbortSignal; readonly say?: (text: string) => void },
): Promise<Result> {
  for (let times = 1; ; times++) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || times === MOST_TIMES || signal.aborted) throw error;
      say(`PostgreSQL does not answer (${error instanceof Error ? error.message : String(error)}): waiting for it`);
      await untilAnswering(database, signal);
      if (signal.aborted) throw error;
    }
  }
}
