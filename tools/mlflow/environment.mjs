import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

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
