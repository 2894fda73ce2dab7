import { setTimeout as sleep } from "node:timers/promises";
import { isAtalayaError } from "@atalaya/errors";
import { type LockSession, type Store, sql } from "@atalaya/store";
import { provideModelFiles } from "../python/provide.js";
import { type MlflowAddress, mlflowServer, withoutSecrets } from "../remote/mlflow-server.js";
import { carryOut } from "./carry-out.js";
import { Links } from "./links.js";
import type { OtherSide } from "./other-side.js";
import { forgetChanges, giveUpChanges, isStillWaiting, waitingChanges } from "./outbox.js";
import { jobsOf } from "./plan.js";
import { switchOff, switchOn } from "./switch.js";

export interface MirrorOptions {
  /** Told in one sentence of an outage, its end, and of what the other side will not take. */
  readonly say?: (line: string) => void;
  /** Between two looks at the outbox. */
  readonly pollMs?: number;
  /** First wait after an outage; it doubles with each further failure in a row. */
  readonly firstPauseMs?: number;
  /** Left out: five minutes. */
  readonly longestPauseMs?: number;
}

/** Changes that are taken at once. */
const most = 500;
const lockName = "mirror";
/** Whoever stands by looks this much less often. */
const standByLooks = 10;
/** Failures that nobody foresaw, after which a change is given up: it must not hold the others back for ever. */
const mostSurprises = 5;

/**
 * Brings runs, versions and aliases to another MLflow server, until it is ended. Of several processes one does so, the
 * others stand by. With null the mirror is switched off.
 *
 * Everything arrives at least once and in the order in which it was written; what the other side has already is not there
 * twice. An outage loses nothing: changes wait in the database.
 *
 * @returns ends it; what is being sent is broken off, and sent again next time
 */
export async function keepMirror(
  store: Store,
  address: MlflowAddress | null,
  options: MirrorOptions = {},
): Promise<{ close(): Promise<void> }> {
  if (address === null) {
    await switchOff(store.database);
    return { close: async () => undefined };
  }
  const ending = new AbortController();
  const server = mlflowServer(address, ending.signal);
  const url = withoutSecrets(address.url);
  const instance = await switchOn(store.database, url);
  const provided = new Set<string>();
  const side: OtherSide = {
    store,
    server,
    instance,
    links: new Links(store.database, url),
    provide: (path) => provideModelFiles(store, path, provided),
  };
  const working = keepSending(side, ending.signal, options).catch((error: unknown) => {
    if (!ending.signal.aborted) options.say?.(`The mirror stopped: ${messageOf(error)}`);
  });
  return {
    close: async () => {
      ending.abort();
      await working;
    },
  };
}

async function keepSending(side: OtherSide, ending: AbortSignal, options: MirrorOptions): Promise<void> {
  const { pollMs = 1_000 } = options;
  const pause = (ms: number) => sleep(ms, undefined, { signal: ending }).catch(() => undefined);
  const sender = new Sender(side, ending, options);
  let locks: LockSession | null = null;
  try {
    while (!ending.aborted) {
      try {
        locks ??= await lockedSession(side.store);
        if (locks !== null && (await sender.sendSome()) === "more") continue;
      } catch {
        // The database is away, or the lock went with its session: everything is read again at the next look.
        await locks?.close().catch(() => undefined);
        locks = null;
      }
      if (sender.isOwnServer) return;
      await pause(locks === null ? pollMs * standByLooks : pollMs);
    }
  } finally {
    await locks?.close().catch(() => undefined);
  }
}

async function lockedSession(store: Store): Promise<LockSession | null> {
  const session = await store.openLocks();
  if (await session.tryLock(lockName)) return session;
  await session.close();
  return null;
}

/** Sends what waits, and remembers outages in the database, where everybody can see them. */
class Sender {
  readonly #side: OtherSide;
  readonly #ending: AbortSignal;
  readonly #options: MirrorOptions;
  /** By the first change of a job. */
  readonly #surprises = new Map<number, number>();
  #isKnown = false;
  isOwnServer = false;

  constructor(side: OtherSide, ending: AbortSignal, options: MirrorOptions) {
    this.#side = side;
    this.#ending = ending;
    this.#options = options;
  }

  async sendSome(): Promise<"more" | "all"> {
    const { database } = this.#side.store;
    const { rows } = await sql<{ failures: number; isDue: boolean }>`
      select failures, next_at <= now() as is_due from atalaya.mirror`.execute(database);
    const { failures = 0, isDue = true } = rows[0] ?? {};
    if (!isDue) return "all";
    const changes = await waitingChanges(database, most);
    if (changes.length === 0) return "all";
    let carriedOut = 0;
    try {
      if (!(await this.#isOther())) return "all";
      for (const job of jobsOf(changes)) {
        await this.#carryOut(job);
        if (this.#ending.aborted) return "all";
        carriedOut++;
      }
    } catch (error) {
      if (this.#ending.aborted) return "all";
      await this.#noteOutage(carriedOut > 0 ? 0 : failures, error);
      return "all";
    }
    await sql`update atalaya.mirror set failures = 0, failure = null, succeeded_at = now()`.execute(database);
    if (failures > 0) this.#options.say?.(`The mirror at ${withoutSecrets(this.#side.server.url)} is reached again`);
    return changes.length === most ? "more" : "all";
  }

  /** MLFLOW_TRACKING_URI is often our own address, set for Python's clients. */
  async #isOther(): Promise<boolean> {
    if (this.#isKnown) return true;
    this.isOwnServer = (await this.#side.server.instance()) === this.#side.instance;
    this.#isKnown = true;
    if (!this.isOwnServer) return true;
    this.#options.say?.("MLFLOW_TRACKING_URI is the address of this server: there is nothing to mirror");
    await switchOff(this.#side.store.database);
    return false;
  }

  async #carryOut(job: ReturnType<typeof jobsOf>[number]): Promise<void> {
    const { database } = this.#side.store;
    if (!(await isStillWaiting(database, job.ids))) return;
    try {
      await carryOut(this.#side, job);
      await forgetChanges(database, job.ids);
    } catch (error) {
      if (this.#isWorthWaiting(job.ids[0] ?? 0, error)) throw error;
      const what = job.kind === "log" ? `values of the run ${job.run}` : `${job.kind} ${job.subject}`;
      this.#options.say?.(`The mirror cannot take the ${what}: ${messageOf(error)}`);
      await giveUpChanges(database, job.ids, messageOf(error));
    }
  }

  #isWorthWaiting(change: number, error: unknown): boolean {
    if (isAtalayaError(error)) return error.retryable;
    const surprises = (this.#surprises.get(change) ?? 0) + 1;
    this.#surprises.set(change, surprises);
    return this.#ending.aborted || surprises < mostSurprises;
  }

  async #noteOutage(failures: number, error: unknown): Promise<void> {
    const { firstPauseMs = 1_000, longestPauseMs = 300_000, say } = this.#options;
    // Servers that come back are not all asked in the same moment.
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(failures, 20), longestPauseMs) * (0.8 + 0.4 * Math.random());
    if (failures === 0) say?.(`The mirror waits: ${messageOf(error)}`);
    await sql`update atalaya.mirror set failures = ${failures + 1}, failure = ${messageOf(error)},
      next_at = now() + ${pauseMs}::double precision * interval '1 millisecond'`.execute(this.#side.store.database);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
