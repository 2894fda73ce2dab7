import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What tells a process from a later one with the same number. */
export interface RunningProcess {
  readonly pid: number;
  readonly startedAt: string;
  readonly command: string;
}

/** True when the number belongs to a process, or to a dead one that waits to be collected. */
export function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and is another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The process that runs under a number; null when there is none or it is dead and only waits to be collected. */
export async function findProcess(pid: number): Promise<RunningProcess | null> {
  if (!exists(pid)) return null;
  return process.platform === "linux" ? readProc(pid) : readPs(pid);
}

async function readProc(pid: number): Promise<RunningProcess | null> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "latin1"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // The name in parentheses may hold spaces and parentheses: fields are counted from the last one. See proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return { pid, startedAt: fields[19] ?? "", command: command.replaceAll("\0", " ") };
  } catch {
    return null;
  }
}

async function readPs(pid: number): Promise<RunningProcess | null> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=,command=", "-p", String(pid)]);
    const [, state = "", startedAt = "", command = ""] = /^\s*(\S+)\s+(.{24})\s(.*)$/s.exec(stdout) ?? [];
    return state === "" || state.startsWith("Z") ? null : { pid, startedAt, command };
  } catch {
    return null;
  }
}
