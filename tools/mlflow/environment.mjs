import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Interpreter with the packages of `requirements.txt`: that of MLFLOW_PYTHON, or a virtual environment below
 * node_modules/.cache that is made once for each content of the list. Null when there is no Python to make it with.
 *
 * @param {string} repository
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export async function pythonWithMlflow(repository, say) {
  const given = process.env.MLFLOW_PYTHON;
  if (given !== undefined && given !== "") return given;
  const list = join(repository, "tools/mlflow/requirements.txt");
  const key = createHash("sha256").update(readFileSync(list)).digest("hex").slice(0, 12);
  const folder = join(repository, "node_modules/.cache/atalaya-mlflow", key);
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(join(folder, "complete"))) return python;
  const base = await firstThatRuns(["python3.12", "python3.11", "python3.10", "python3"]);
  if (base === null) return null;
  say("installing the real mlflow in a virtual environment …");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(base, ["-m", "venv", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list]);
  writeFileSync(join(folder, "complete"), "");
  return python;
}

/** @param {readonly string[]} names */
async function firstThatRuns(names) {
  for (const name of names) {
    const works = await run(name, ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 10))"]).then(
      () => true,
      () => false,
    );
    if (works) return name;
  }
  return null;
}

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {readonly string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} what it printed
 */
export function run(program, words, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const [out, err] = [/** @type {Buffer[]} */ ([]), /** @type {Buffer[]} */ ([])];
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => err.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${program} ended with code ${code}:\n${Buffer.concat(err).toString().slice(-4000)}`));
    });
  });
}

/**
 * A server as a child of its own process group, which is ended with all that it started.
 *
 * @param {string} program
 * @param {readonly string[]} words
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, ready: string, patienceMs: number }} options  `ready`: address that answers 200 then
 */
export async function startServer(program, words, { cwd, env, ready, patienceMs }) {
  const begin = performance.now();
  const child = spawn(program, words, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      log = (log + text).slice(-20_000);
    });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const endNow = () => end("SIGKILL");
  process.once("exit", endNow);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}:\n${log}`);
    const isReady = await fetch(ready, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) break;
    if (performance.now() - begin > patienceMs) throw new Error(`${program} was not ready after ${patienceMs} ms:\n${log}`);
    await wait(50);
  }
  return {
    pid: child.pid ?? -1,
    seconds: (performance.now() - begin) / 1000,
    async stop() {
      child.kill("SIGINT");
      const inTime = await Promise.race([ended.then(() => true), wait(20_000, false, { ref: false })]);
      if (inTime !== true) end("SIGKILL");
      process.off("exit", endNow);
    },
  };
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
