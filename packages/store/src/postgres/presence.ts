import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProcess } from "./running-process.js";

/** Says that a store of this process uses the server; the file counts only while its process lives. */
export async function announceUse(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const self = await findProcess(process.pid);
  const path = join(directory, `${process.pid}-${randomUUID()}.json`);
  await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: self?.startedAt ?? "" }));
  return path;
}

/** Number of living uses; files of the dead are removed. Call it under the start lock. */
export async function countUses(directory: string): Promise<number> {
  let living = 0;
  for (const file of await readdir(directory)) {
    const path = join(directory, file);
    if (await isLiving(path)) living += 1;
    else await rm(path, { force: true });
  }
  return living;
}

async function isLiving(path: string): Promise<boolean> {
  try {
    const use: { pid: number; startedAt: string } = JSON.parse(await readFile(path, "utf8"));
    return (await findProcess(use.pid))?.startedAt === use.startedAt;
  } catch {
    return false;
  }
}
