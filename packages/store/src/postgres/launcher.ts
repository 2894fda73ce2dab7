import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errors } from "../errors.js";
import { prepareBinaries } from "./binaries.js";
import { databaseUser, initialise } from "./initialise.js";
import { readPidFile } from "./pid-file.js";
import { type Placement, placeState } from "./placement.js";
import { announceUse, countUses } from "./presence.js";
import { findFreePort, type ServerPlace, startServer, stopServer } from "./server.js";
import { countOtherSessions, probe } from "./sessions.js";
import { withStartLock } from "./start-lock.js";

export interface LaunchOptions {
  /** Told in one sentence about what takes long or surprises. */
  readonly onNotice?: (text: string) => void;
  /** `application_name` of our sessions; it must begin with "atalaya" and be unlike that of any other launch. */
  readonly sessionName?: string;
}

export interface EmbeddedDatabase {
  readonly url: string;
  /** True when the server was running already. */
  readonly adopted: boolean;
  readonly stateDirectory: string;
  /** Ends our use; the last user of the home stops the server. Close all sessions first. Safe to call twice. */
  release(): Promise<void>;
}

const startTimeoutMs = 120_000;
const portAttempts = 5;

/**
 * The PostgreSQL of a home: adopts the server that runs, or makes the data directory and starts one. Several processes may
 * call this at once; a server that outlived its process is taken over.
 *
 * Cost: 0.1 s when there is data, 1 s the first time.
 *
 * @throws STORE_PLATFORM_UNSUPPORTED, STORE_HOME_NOT_WRITABLE, STORE_HOME_BUSY, STORE_START_FAILED, STORE_DISK_FULL and others
 */
export async function launchPostgres(home: string, options: LaunchOptions = {}): Promise<EmbeddedDatabase> {
  const placement = await placeState(home);
  const { directory, account } = placement;
  const start = async (): Promise<EmbeddedDatabase> => {
    const place: ServerPlace = {
      dataDirectory: join(directory, "data"),
      logFile: join(directory, "server.log"),
      account,
      binaries: await prepareBinaries(placement.binariesDirectory, account),
    };
    const passwordFile = join(directory, "password");
    await initialise(place, passwordFile, () => announceFirstStart(placement, options));
    const password = await readPassword(passwordFile);
    const { port, adopted } = await adoptOrStart(place, password, passwordFile);
    const url = `postgresql://${databaseUser}:${password}@127.0.0.1:${port}/atalaya`;
    const use = await announceUse(join(directory, "users"));
    const release = once(() => leave(placement, place, use, url, options.sessionName ?? "atalaya"));
    return { url, adopted, stateDirectory: directory, release };
  };
  try {
    return await withStartLock(join(directory, "locks"), start);
  } catch (error) {
    throw explainFailure(error, directory);
  }
}

/** Files of our own (the lock, the password, the use) meet the same full or closed disks as the server. */
function explainFailure(error: unknown, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return errors.DISK_FULL({ directory, log: message }, error);
  const isRefused = code === "EACCES" || code === "EPERM" || code === "EROFS";
  return isRefused ? errors.HOME_NOT_WRITABLE({ directory, because: message }, error) : error;
}

function announceFirstStart({ home, directory, account }: Placement, { onNotice }: LaunchOptions): void {
  onNotice?.(`Making a PostgreSQL data directory in ${directory}`);
  if (account !== null && !directory.startsWith(home)) {
    onNotice?.(`PostgreSQL runs as ${account.name}, who cannot enter ${home}: its files are in ${directory}`);
  }
}

async function readPassword(file: string): Promise<string> {
  const password = await readFile(file, "utf8").catch((error: unknown) => {
    throw errors.PASSWORD_LOST({ file }, error);
  });
  return password.trim();
}

async function adoptOrStart(
  place: ServerPlace,
  password: string,
  passwordFile: string,
): Promise<{ port: number; adopted: boolean }> {
  const deadline = Date.now() + startTimeoutMs;
  for (let attempt = 1; ; ) {
    const running = await readPidFile(place.dataDirectory);
    if (running?.isAlive) {
      const isReady = running.status === "ready" && running.port !== null;
      if (isReady && (await probe(running.port, password, passwordFile))) return { port: running.port, adopted: true };
      if (Date.now() > deadline)
        throw errors.START_TIMED_OUT({ seconds: startTimeoutMs / 1000, log: `process ${running.pid} is ${running.status}` });
      await sleep(25);
      continue;
    }
    if (running?.isNumberTaken) await removeStalePidFile(place);
    const outcome = await startServer(place, await findFreePort());
    if ("port" in outcome) {
      if (!(await probe(outcome.port, password, passwordFile)))
        throw errors.START_FAILED({ log: "it ended right after it was ready" });
      return { port: outcome.port, adopted: false };
    }
    if (outcome.refused === "port-taken" && attempt++ >= portAttempts) throw errors.PORT_TAKEN({ attempts: portAttempts });
    if (Date.now() > deadline) throw errors.START_FAILED({ log: outcome.log });
    await sleep(100);
  }
}

/**
 * PostgreSQL clears the file of a dead process itself, and looks for its orphaned sessions when it does. It cannot when the
 * number belongs to another process now; orphans end within moments of the postmaster, so a short wait stands in for that look.
 */
async function removeStalePidFile(place: ServerPlace): Promise<void> {
  await sleep(500);
  await rm(join(place.dataDirectory, "postmaster.pid"), { force: true });
}

async function leave(placement: Placement, place: ServerPlace, use: string, url: string, sessionName: string): Promise<void> {
  // A home that was deleted under us has nothing to stop: the server notices by itself within a minute.
  if (!(await stat(place.dataDirectory).catch(() => null))) return;
  await withStartLock(join(placement.directory, "locks"), async () => {
    await rm(use, { force: true });
    if ((await countUses(join(placement.directory, "users"))) > 0) return;
    if ((await countOtherSessions(url, sessionName)) > 0) return;
    await stopServer(place.dataDirectory);
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}
