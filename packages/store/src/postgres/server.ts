import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errors } from "../errors.js";
import type { Account } from "./account.js";
import type { Binaries } from "./binaries.js";
import { readPidFile } from "./pid-file.js";
import { openServerLog, type ServerLog } from "./server-log.js";

/** Kept small for a laptop: a few processes, about 20 MB resident when idle; nothing that weakens durability. */
const configuration: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "64MB",
  work_mem: "16MB",
  maintenance_work_mem: "64MB",
  max_wal_size: "256MB",
  min_wal_size: "32MB",
  fsync: "on",
  // Of the process model: no I/O workers, no logical replication, one autovacuum worker.
  io_method: "sync",
  max_wal_senders: "0",
  wal_level: "minimal",
  max_logical_replication_workers: "0",
  max_worker_processes: "4",
  autovacuum_max_workers: "1",
  jit: "off",
  log_checkpoints: "off",
  timezone: "UTC",
  log_timezone: "UTC",
};

export interface ServerPlace {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly account: Account | null;
  readonly binaries: Binaries;
}

/** What came of one attempt to start: the port, or why not. */
export type StartOutcome = { readonly port: number } | { readonly refused: "port-taken" | "still-running"; readonly log: string };

/** Options of a child process: run as the account, with nothing of our environment (PGDATA, LD_PRELOAD…). */
export function childOptions(account: Account | null, directory: string) {
  const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  return {
    cwd: directory,
    ...(process.platform !== "win32" && { env: environment }),
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

/**
 * Starts the server in a process group of its own (Ctrl-C in the terminal must not reach it before us) and waits until it is ready.
 *
 * @throws STORE_START_FAILED, STORE_START_TIMED_OUT, STORE_DISK_FULL, STORE_ACCOUNT_REFUSED
 */
export async function startServer(place: ServerPlace, port: number, timeoutMs = 120_000): Promise<StartOutcome> {
  const log = await openServerLog(place.logFile, place.account);
  try {
    const settings = Object.entries(configuration).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn(
      join(place.binaries.directory, "bin", "postgres"),
      ["-D", place.dataDirectory, "-p", String(port), ...settings],
      {
        ...childOptions(place.account, place.dataDirectory),
        detached: true,
        stdio: ["ignore", log.handle.fd, log.handle.fd],
      },
    );
    return await waitUntilReady(place, port, child, log, timeoutMs);
  } finally {
    await log.handle.close();
  }
}

async function waitUntilReady(
  place: ServerPlace,
  port: number,
  child: ChildProcess,
  log: ServerLog,
  timeoutMs: number,
): Promise<StartOutcome> {
  let ended = false;
  let failure: Error | null = null;
  child.once("exit", () => {
    ended = true;
  });
  child.once("error", (error) => {
    failure = error;
  });
  child.unref();
  for (const deadline = Date.now() + timeoutMs; ; await sleep(10)) {
    if (failure !== null) throw spawnFailure(place, failure);
    if (ended) return explainExit(place, await log.tail());
    const file = await readPidFile(place.dataDirectory);
    if (file?.pid === child.pid && file?.status === "ready") return { port };
    if (Date.now() > deadline) {
      child.kill("SIGINT");
      throw errors.START_TIMED_OUT({ seconds: timeoutMs / 1000, log: await log.tail() });
    }
  }
}

export function spawnFailure(place: Pick<ServerPlace, "account" | "binaries">, cause: Error): Error {
  const { code } = cause as NodeJS.ErrnoException;
  if (place.account !== null && (code === "EPERM" || code === "EINVAL")) {
    return errors.ACCOUNT_REFUSED({ account: place.account.name }, cause);
  }
  return errors.BINARIES_UNUSABLE({ path: place.binaries.directory, because: cause.message }, cause);
}

function explainExit(place: ServerPlace, log: string): StartOutcome {
  if (/No space left on device/i.test(log)) throw errors.DISK_FULL({ directory: place.dataDirectory, log });
  if (/Address already in use|could not create any TCP/i.test(log)) return { refused: "port-taken", log };
  if (/lock file .* already exists|shared memory block .* still in use/i.test(log)) return { refused: "still-running", log };
  throw errors.START_FAILED({ log: log || "it ended without a word" });
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Fast shutdown: sessions are ended, everything is written; after `patienceMs` an immediate one, which the next start recovers from. */
export async function stopServer(dataDirectory: string, patienceMs = 30_000): Promise<void> {
  const file = await readPidFile(dataDirectory);
  if (file === null || !file.isAlive) return;
  for (const [signal, waitMs] of [
    ["SIGINT", patienceMs],
    ["SIGQUIT", 5_000],
  ] as const) {
    process.kill(file.pid, signal);
    for (const deadline = Date.now() + waitMs; Date.now() < deadline; await sleep(10)) {
      // The file, not the process, is watched: a container's first process may leave the dead uncollected.
      const now = await readPidFile(dataDirectory);
      if (now === null || now.pid !== file.pid || !now.isAlive) return;
    }
  }
}
