import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** How often a waiting process looks whether a lock is free. */
const LOOK_EVERY_MS = 250;

/**
 * Locks between processes that last as long as this session: PostgreSQL gives them back when the process dies, however
 * it dies, so there is no time-out to guess and no stale lock to clean.
 */
export interface LockSession {
  /** Takes the lock if nobody has it, in this process or another. */
  tryLock(name: string): Promise<boolean>;
  /** Waits for the lock; `onWait` is told once when somebody else has it. */
  lock(name: string, onWait?: () => void): Promise<void>;
  unlock(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openLockSession(databaseUrl: string, applicationName: string): Promise<LockSession> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: applicationName, keepAlive: true });
  // A lost connection shows at the next query; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  // PostgreSQL counts repeated locks of one session as one owner's, so this process keeps its own account.
  const held = new Set<string>();

  const tryLock = async (name: string): Promise<boolean> => {
    if (held.has(name)) return false;
    held.add(name);
    try {
      const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [lockNumber(name)]);
      const taken = rows[0]?.taken === true;
      if (!taken) held.delete(name);
      return taken;
    } catch (error) {
      held.delete(name);
      throw error;
    }
  };
  return {
    tryLock,
    lock: async (name, onWait) => {
      if (await tryLock(name)) return;
      onWait?.();
      while (!(await tryLock(name))) await sleep(LOOK_EVERY_MS);
    },
    unlock: async (name) => {
      if (!held.delete(name)) return;
      await client.query("select pg_advisory_unlock($1)", [lockNumber(name)]);
    },
    close: () => client.end(),
  };
}

/** Advisory locks have 64-bit numbers for names: the first bytes of a hash, as a signed decimal. */
function lockNumber(name: string): string {
  return createHash("sha256").update(`atalaya/${name}`).digest().readBigInt64BE(0).toString();
}
