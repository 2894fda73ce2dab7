import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { processTree } from "./processes.mjs";

const STOP_MS = 30_000;

/** A row that the served house-prices model answers, with the columns that every listing has. */
const home = { status: "sold", bed: 3, bath: 2, city: "Seattle", state: "Washington" };

/**
 * `atalaya up` in a home of its own, as a child that is always stopped.
 *
 * @param {string} repository
 * @param {string} folder  becomes ATALAYA_HOME
 */
export async function startPlatform(repository, folder) {
  const port = await freePort();
  const startedAt = performance.now();
  const main = join(repository, "packages/cli/dist/main.js");
  const child = spawn(process.execPath, [main, "up", "--port", String(port)], {
    cwd: repository,
    env: { ...process.env, ATALAYA_HOME: folder, ATALAYA_PORT: String(port), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      log = (log + text).slice(-20_000);
    });
  }
  const ended = new Promise((resolve) => child.once("close", resolve));
  // However this process ends, nothing that it started stays behind.
  const endAll = () => {
    for (const { pid } of processTree(child.pid ?? -1, folder)) endProcess(pid, "SIGKILL");
  };
  process.once("exit", endAll);
  const address = `http://127.0.0.1:${port}`;

  return {
    address,
    /** Node and PostgreSQL, with all that they started. */
    processes: () => processTree(child.pid ?? -1, folder),
    /**
     * Seconds from the start of the process to the first prediction that was answered.
     *
     * @param {number} timeoutMs
     */
    async firstPrediction(timeoutMs) {
      for (;;) {
        if (child.exitCode !== null) throw new Error(`atalaya up ended with code ${child.exitCode}:\n${log}`);
        if (await predicts(address)) return (performance.now() - startedAt) / 1000;
        if (performance.now() - startedAt > timeoutMs) throw new Error(`No prediction after ${timeoutMs} ms:\n${log}`);
        await wait(50);
      }
    },
    /** What it has said so far, to the length of a few screens. */
    output: () => log,
    /** Waits until every pipeline is served. */
    async allReady() {
      while (!log.includes("Serving on")) await wait(50);
    },
    /** Asks it to stop as Ctrl-C does, and ends whatever is left after half a minute. */
    async stop() {
      const started = processTree(child.pid ?? -1, folder);
      child.kill("SIGINT");
      const inTime = await Promise.race([ended.then(() => true), wait(STOP_MS, false, { ref: false })]);
      if (inTime !== true) child.kill("SIGKILL");
      const left = processTree(child.pid ?? -1, folder).filter(({ pid }) => started.some((one) => one.pid === pid));
      for (const { pid } of left) endProcess(pid, "SIGTERM");
      process.off("exit", endAll);
    },
  };
}

/** @param {string} address */
async function predicts(address) {
  try {
    const ready = await fetch(`${address}/ready`, { signal: AbortSignal.timeout(2000) });
    if (!ready.ok) return false;
    const answer = await fetch(`${address}/v1/pipelines/house-prices/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(home),
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.ok) return true;
    // Ready for another pipeline but not yet for this one is a matter of waiting; a refused row is not.
    if (answer.status === 422 || answer.status === 400) throw new RefusedRow(await answer.text());
    return false;
  } catch (error) {
    if (error instanceof RefusedRow) throw error;
    return false;
  }
}

class RefusedRow extends Error {}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function endProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
