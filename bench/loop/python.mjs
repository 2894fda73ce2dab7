import { spawnSync } from "node:child_process";

/**
 * Runs a peer and gives the JSON of its last line.
 *
 * @param {string} python
 * @param {readonly string[]} words
 * @returns {Record<string, any>}
 */
export function runPeer(python, words) {
  const { status, stdout, stderr } = spawnSync(python, [...words], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${words[0]} ended with code ${status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/**
 * Median CPU seconds of some work, and what the last time gave.
 *
 * @template Result
 * @param {number} repeats
 * @param {() => Promise<Result> | Result} work
 */
export async function cpuSeconds(repeats, work) {
  const seconds = /** @type {number[]} */ ([]);
  let result = await work();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const before = process.cpuUsage();
    result = await work();
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  seconds.sort((a, b) => a - b);
  return { seconds: seconds[repeats >> 1] ?? Number.NaN, result };
}
