import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @typedef {{ code: number, output: string, timedOut: boolean }} Finished */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Runs a command to its end. Its output is kept (`output`, both streams in order of arrival), or shown when `show` is set.
 * A command that cannot be started, or that a signal ended, has a code other than 0 and says so in `output`.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeoutMs?: number, shell?: boolean }} [options]
 * @returns {Promise<Finished>}
 */
export function runToEnd(command, args, { cwd, env, show = false, timeoutMs, shell = false } = {}) {
  return new Promise((resolve) => {
    let output = "";
    let timedOut = false;
    const child = spawn(command, [...args], {
      cwd,
      env: env ?? process.env,
      shell,
      stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => {
      output += `${command} could not be started: ${error.message}\n`;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      if (timedOut) output += `${command} was stopped after ${timeoutMs} ms.\n`;
      else if (signal !== null) output += `${command} was ended by ${signal}.\n`;
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), output, timedOut });
    });
  });
}

/**
 * The same, with the Node that runs this process.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof runToEnd>[2]} [options]
 */
export function runNode(args, options) {
  return runToEnd(process.execPath, args, options);
}

/**
 * While `work` runs, a signal to this process ends the commands it started before it ends this process.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function endingChildrenOnSignal(work) {
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    for (const child of running) child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * The first and the last lines of a log: npm says what is wrong first, a compiler last.
 *
 * @param {string} text
 */
export function excerpt(text) {
  const lines = text.trimEnd().split("\n");
  return lines.length <= 60 ? lines.join("\n") : [...lines.slice(0, 20), "…", ...lines.slice(-40)].join("\n");
}
