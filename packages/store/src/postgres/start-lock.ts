import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errors } from "../errors.js";
import { createExclusively } from "../files/exclusive-file.js";
import { findProcess } from "./running-process.js";

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly host: string;
  readonly released: boolean;
}

/** A holder on another host cannot be looked at; one that is older than this counts as gone. */
const foreignHolderMs = 120_000;

/**
 * Runs `work` while no other process is in `withStartLock` of the same directory, also after a holder was killed.
 *
 * Node has no file locks. So each holder makes the file of the next number with link(2), which fails when it exists, and
 * the file of the highest number is never removed, only marked released: a process that read the directory long ago
 * cannot make that number again, and one that makes a lower number sees the higher one and steps back.
 *
 * @throws STORE_HOME_BUSY
 */
export async function withStartLock<Result>(directory: string, work: () => Promise<Result>, timeoutMs = 90_000): Promise<Result> {
  await mkdir(directory, { recursive: true });
  const release = await acquire(directory, Date.now() + timeoutMs);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(directory: string, deadline: number): Promise<() => Promise<void>> {
  const self = await findProcess(process.pid);
  const mine: Holder = { pid: process.pid, startedAt: self?.startedAt ?? "", host: hostname(), released: false };
  for (;;) {
    const last = Math.max(0, ...(await numbers(directory)));
    const holder = last === 0 ? null : await liveHolder(join(directory, name(last)));
    if (holder === null) {
      const number = last + 1;
      if (await createExclusively(join(directory, name(number)), JSON.stringify(mine))) {
        if (Math.max(...(await numbers(directory))) === number) {
          await removeBelow(directory, number - 1);
          return () => replace(directory, number, { ...mine, released: true });
        }
        await rm(join(directory, name(number)), { force: true });
      }
    } else if (Date.now() > deadline) {
      throw errors.HOME_BUSY({ home: directory, pid: holder.pid });
    } else {
      await sleep(20 + Math.random() * 20);
    }
  }
}

function name(number: number): string {
  return `lock.${number}`;
}

async function numbers(directory: string): Promise<number[]> {
  const files = await readdir(directory);
  return files.flatMap((file) => (/^lock\.\d+$/.test(file) ? [Number(file.slice(5))] : []));
}

/** Null when the lock is free: released, or its holder is gone. */
async function liveHolder(path: string): Promise<Holder | null> {
  let holder: Holder;
  try {
    holder = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    // A crash of the machine may leave an empty file. A file that just went away has a successor, found on the next look.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (holder.released) return null;
  if (holder.host !== hostname()) {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs > foreignHolderMs ? null : holder;
  }
  const found = await findProcess(holder.pid);
  return found?.startedAt === holder.startedAt ? holder : null;
}

async function replace(directory: string, number: number, holder: Holder): Promise<void> {
  const temporary = join(directory, `.new-${randomUUID()}`);
  await writeFile(temporary, JSON.stringify(holder));
  await rename(temporary, join(directory, name(number)));
}

async function removeBelow(directory: string, number: number): Promise<void> {
  for (const old of await numbers(directory)) if (old < number) await rm(join(directory, name(old)), { force: true });
}
