import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const packages = new URL("../../../", import.meta.url);
const output = fileURLToPath(new URL("../../node_modules/.test-programs/", import.meta.url));

/** A TypeScript program as one JavaScript file: Node 20 runs no TypeScript, and tests need no build. */
export async function bundleProgram(program: URL): Promise<string> {
  await mkdir(output, { recursive: true });
  const alias = Object.fromEntries(
    (await readdir(packages)).map((entry) => [`@atalaya/${entry}`, fileURLToPath(new URL(`${entry}/src/index.ts`, packages))]),
  );
  const bundle = await rolldown({
    input: fileURLToPath(program),
    platform: "node",
    resolve: { alias },
    external: (id) => /^[a-z@]/.test(id) && !id.startsWith("@atalaya/"),
    logLevel: "silent",
  });
  const file = `${output}${basename(program.pathname, ".ts")}-${process.pid}.mjs`;
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return file;
}

/** A Node process that answers each line on its input with one JSON line. */
export interface Program {
  readonly process: ChildProcess;
  /** The next line it prints, as JSON. */
  answer(): Promise<Record<string, unknown>>;
  ask(line: string): Promise<Record<string, unknown>>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export function runProgram(file: string, args: readonly string[], as?: { uid: number; gid: number; HOME: string }): Program {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    ...(as && { uid: as.uid, gid: as.gid, env: { HOME: as.HOME, PATH: "/usr/bin:/bin" } }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file} ended without an answer`);
    return JSON.parse(value);
  };
  return {
    process: child,
    answer,
    ask(line) {
      child.stdin.write(`${line}\n`);
      return answer();
    },
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
