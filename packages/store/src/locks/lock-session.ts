import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { isDatabaseAway } from "../database/away.js";

/** How often a waiting process looks whether a lock is free. */
const LOOK_EVERY_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Locks between processes that last as long as this session: PostgreSQL gives them back when the process dies, however
 * it dies, so there is no time-out to guess and no stale lock to clean.
 *
 * A session that breaks, as when PostgreSQL is restarted, is opened again at once, and what it held is taken again. Between
 * the two another process may have come first; then that one has the lock.
 */
export interface LockSession {
  /** Takes the lock if nobody has it, in this process or another. */
  tryLock(name: string): Promise<boolean>;
  /** Waits for the lock; `onWait` is told once when somebody else has it. */
  lock(name: string, onWait?: () => void): Promise<void>;
  unlock(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws when PostgreSQL does not answer now; later it is waited for */
export async function openLockSession(databaseUrl: string, applicationName: string): Promise<LockSession> {
  const session = new ReopenedSession(databaseUrl, applicationName);
  await session.open();
  // PostgreSQL counts repeated locks of one session as one owner's, so this process keeps its own account.
  const { held } = session;
  const asked = new Set<string>();

  const tryLock = async (name: string): Promise<boolean> => {
    if (held.has(name) || asked.has(name)) return false;
    asked.add(name);
    try {
      const isTaken = await session.ask(TAKE, name);
      if (isTaken) held.add(name);
      return isTaken;
    } finally {
      asked.delete(name);
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
      if (held.delete(name)) await session.ask(GIVE_BACK, name);
    },
    close: () => session.close(),
  };
}

const TAKE = "select pg_try_advisory_lock($1) as yes";
const GIVE_BACK = "select pg_advisory_unlock($1) as yes";

/** A session that is opened again whenever it breaks. */
class ReopenedSession {
  readonly held = new Set<string>();
  readonly #url: string;
  readonly #name: string;
  readonly #closing = new AbortController();
  #opened: Promise<pg.Client> | null = null;
  #client: pg.Client | null = null;

  constructor(url: string, name: string) {
    this.#url = url;
    this.#name = name;
  }

  async open(): Promise<void> {
    this.#opened = this.#connect();
    await this.#opened;
  }

  /** Asks about one lock. A session that breaks meanwhile has forgotten all of them, so the next one is asked. */
  async ask(question: string, name: string): Promise<boolean> {
    for (;;) {
      const client = await this.#opened;
      try {
        const answer = await client?.query<{ yes: boolean }>(question, [lockNumber(name)]);
        return answer?.rows[0]?.yes === true;
      } catch (error) {
        if (client === null || this.#closing.signal.aborted || !isDatabaseAway(error)) throw error;
        this.#lose(client);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const client = await this.#opened?.catch(() => null);
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, application_name: this.#name, keepAlive: true });
    // Without a listener a lost connection would end the process.
    client.on("error", () => this.#lose(client));
    client.once("end", () => this.#lose(client));
    await client.connect();
    this.#client = client;
    return client;
  }

  #lose(client: pg.Client): void {
    if (client !== this.#client || this.#closing.signal.aborted) return;
    this.#client = null;
    this.#opened = this.#reopen();
    // Whoever asks next is told of it, and perhaps nobody asks.
    this.#opened.catch(() => {});
    client.end().catch(() => {});
  }

  /** @throws only when it is closed meanwhile */
  async #reopen(): Promise<pg.Client> {
    const { signal } = this.#closing;
    for (let pause = LOOK_EVERY_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted();
      try {
        const client = await this.#connect();
        // Before anything else is asked on it.
        for (const name of this.held) void this.#takeAgain(client, name).catch(() => {});
        return client;
      } catch {
        await sleep(pause, undefined, { signal });
      }
    }
  }

  /** The server may hold a lock for the broken session for a while: until it has noticed. */
  async #takeAgain(client: pg.Client, name: string): Promise<void> {
    while (client === this.#client && this.held.has(name)) {
      const { rows } = await client.query<{ yes: boolean }>(TAKE, [lockNumber(name)]);
      const isTaken = rows[0]?.yes === true;
      if (isTaken && !this.held.has(name)) await client.query(GIVE_BACK, [lockNumber(name)]);
      if (isTaken) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#closing.signal });
    }
  }
}

/** Advisory locks have 64-bit numbers for names: the first bytes of a hash, as a signed decimal. */
function lockNumber(name: string): string {
  return createHash("sha256").update(`atalaya/${name}`).digest().readBigInt64BE(0).toString();
}
