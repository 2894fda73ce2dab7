import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));
const entry = join(repository, "packages/cli/dist/main.js");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Output so far. */
  output(): string;
}

export interface CommandOptions {
  /** ATALAYA_HOME: the state of this test alone. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** Starts `atalaya …args` in the repository, with nothing of the caller's settings. */
export function start(args: readonly string[], { home, env = {}, nodeFlags = [] }: CommandOptions): Running {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, entry, ...args], {
    cwd: repository,
    env: { PATH, HOME, NO_COLOR: "1", ATALAYA_HOME: home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, finished, output: () => stdout + stderr };
}

/** Runs `atalaya …args` to its end. */
export function run(args: readonly string[], options: CommandOptions): Promise<Finished> {
  return start(args, options).finished;
}

/** The JSON object on the last line of standard output. */
export function lastJson<Value>(finished: Finished): Value {
  const line = finished.stdout.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Value;
  } catch {
    throw new Error(`no JSON at the end of the output:\n${finished.stdout}\n${finished.stderr}`);
  }
}

/** A folder for one test's state, gone when `work` is over. */
export async function withHome<Result>(work: (home: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-e2e-"));
  try {
    return await work(join(folder, "home"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until `look` gives something, and fails with the output when it does not in time. */
export async function until<Value>(running: Running, timeoutMs: number, look: () => Promise<Value | null>): Promise<Value> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const value = await look();
    if (value !== null) return value;
    if (running.child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it did not come in time:\n${running.output()}`);
}
