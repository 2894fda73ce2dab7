import { constants, type FileHandle, open, readFile, rename, stat } from "node:fs/promises";
import type { Account } from "./account.js";

const keepBytes = 5_000_000;

/** The log of one start: the file goes on, and `tail` gives what was written since. */
export interface ServerLog {
  readonly handle: FileHandle;
  tail(): Promise<string>;
}

export async function openServerLog(path: string, account: Account | null): Promise<ServerLog> {
  const before = await stat(path).catch(() => null);
  if (before !== null && before.size > keepBytes) await rename(path, `${path}.1`);
  const start = before !== null && before.size <= keepBytes ? before.size : 0;
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(path, O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  if (account !== null) await handle.chown(account.uid, account.gid);
  return { handle, tail: () => tail(path, start) };
}

async function tail(path: string, start: number): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const lines = bytes.subarray(start).toString("utf8").trim().split("\n").slice(-12);
  return lines.map((line) => line.replace(/^\S+ \S+ \S+ \[\d+\] /, "")).join(" | ");
}
