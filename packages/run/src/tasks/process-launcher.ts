import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { errors } from "../errors.js";
import type { TaskEnd, TaskLaunch, TaskLauncher, TaskWatcher } from "./task-launcher.js";

export interface ProcessLauncherOptions {
  /** The program and its first words; those of the task follow: `task <run> <step> --attempt 1`. It inherits the environment. */
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
}

/** Exit codes of `atalaya task`, which a podFailurePolicy reads as well. */
export const TASK_EXIT_CODES = { done: 0, final: 65, retryable: 75, stopped: 143 } as const;

/** Time that a process has to end by itself before it is killed. */
const GRACE_MS = 5_000;

/**
 * Carries each task out in a process of its own on this machine: a step that takes all memory, or crashes, takes nobody with
 * it. A process ends when its worker does: its standard input is closed then.
 */
export function openProcessLauncher(options: ProcessLauncherOptions): TaskLauncher {
  const childrenByRun = new Map<string, Set<ChildProcess>>();
  return {
    launch: async (task, watcher) => {
      const child = start(options, task);
      const children = childrenByRun.get(task.key.run) ?? new Set();
      childrenByRun.set(task.key.run, children.add(child));
      try {
        return await follow(child, task, watcher);
      } finally {
        children.delete(child);
        if (children.size === 0) childrenByRun.delete(task.key.run);
      }
    },
    removeRun: async (run) => {
      await Promise.all([...(childrenByRun.get(run) ?? [])].map(stop));
    },
    // A process never outlives its worker, so nothing is ever left.
    sweep: async () => [],
    close: async () => {
      await Promise.all([...childrenByRun.values()].flatMap((children) => [...children]).map(stop));
    },
  };
}

function start({ command: [program, ...words], directory }: ProcessLauncherOptions, { key }: TaskLaunch): ChildProcess {
  const task = ["task", key.run, key.step, "--attempt", String(key.attempt), "--tied"];
  return spawn(program, [...words, ...task], { cwd: directory, stdio: ["pipe", "pipe", "pipe"] });
}

async function follow(child: ChildProcess, { key }: TaskLaunch, watcher: TaskWatcher): Promise<TaskEnd> {
  if (child.pid !== undefined) watcher.place(`process ${child.pid}`);
  const lastWords: string[] = [];
  const tell = (text: string): void => watcher.line(text, new Date().toISOString());
  const heard = [child.stdout, child.stderr].map(async (stream) => {
    if (stream === null) return;
    for await (const line of createInterface({ input: stream })) {
      tell(line);
      if (stream === child.stderr) lastWords.splice(0, lastWords.length - 4, ...lastWords.slice(-4), line);
    }
  });
  const [code, signal] = await ended(child);
  await Promise.all(heard);
  watcher.lastLine();
  const isOfItself = code === TASK_EXIT_CODES.done || code === TASK_EXIT_CODES.final || code === TASK_EXIT_CODES.retryable;
  if (isOfItself) return { failure: null };
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return { failure: errors.TASK_PROCESS_ENDED({ step: key.step, how, words: lastWords.join(" ").trim() }) };
}

async function ended(child: ChildProcess): Promise<[code: number | null, signal: string | null]> {
  const failed = once(child, "error").then(([error]): [number, null] => {
    throw error;
  });
  const closed = once(child, "exit") as Promise<[number | null, string | null]>;
  failed.catch(() => {});
  return Promise.race([closed, failed]);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await gone;
  clearTimeout(timer);
}
