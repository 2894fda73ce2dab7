import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, findProcess } from "./running-process.js";

/** What a server says of itself in `postmaster.pid`. */
export interface PidFile {
  readonly pid: number;
  readonly directory: string;
  readonly port: number | null;
  readonly status: string;
  /** False: the file was left by a server that was killed. */
  readonly isAlive: boolean;
  /** The server is dead and its number belongs to another process (or to its own uncollected remains). */
  readonly isNumberTaken: boolean;
}

/** Reads `postmaster.pid` of a data directory; null when there is none. The lines are those of PostgreSQL's `miscadmin.h`. */
export async function readPidFile(dataDirectory: string): Promise<PidFile | null> {
  const text = await readFile(join(dataDirectory, "postmaster.pid"), "utf8").catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Math.abs(Number(lines[0]));
  const directory = lines[1] ?? "";
  const port = Number(lines[3]);
  const found = await findProcess(pid);
  // After a restart of the machine the number may be another program's.
  const isAlive = ["postgres", directory].every((part) => found?.command.includes(part));
  const isNumberTaken = !isAlive && exists(pid);
  return { pid, directory, port: port > 0 ? port : null, status: lines[7] ?? "", isAlive, isNumberTaken };
}
