import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * The Python peers of bench/peers/trees.py as one process that is asked line by line, so that peer and product can take
 * turns without the start of Python in between.
 *
 * @param {string} python
 * @param {readonly string[]} args
 */
export function startPeer(python, args) {
  const child = spawn(python, [...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once("close", resolve));
  const end = () => child.kill();
  process.once("exit", end);
  return {
    /**
     * @param {string} what
     * @param {Record<string, unknown>} [given]
     * @returns {Promise<any>}
     */
    async ask(what, given = {}) {
      child.stdin.write(`${JSON.stringify({ do: what, ...given })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The peer ended when it was asked for ${what}.`);
      return JSON.parse(value);
    },
    async close() {
      process.removeListener("exit", end);
      child.stdin.end();
      await ended;
    },
  };
}

/** @typedef {ReturnType<typeof startPeer>} Peer */
/** @typedef {{ wall: number, cpu: number }} Seconds */

/**
 * Product and peer in turn; the quickest run of each, as what disturbs a run only makes it slower. Both have run once before.
 *
 * @param {() => unknown} ours
 * @param {() => Promise<Seconds>} theirs
 * @param {number} rounds
 * @returns {Promise<{ ours: Seconds, theirs: Seconds }>}
 */
export async function inTurn(ours, theirs, rounds) {
  const mine = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  const other = { ...mine };
  ours();
  for (let round = 0; round < rounds; round++) {
    keepLess(mine, timed(ours));
    keepLess(other, await theirs());
  }
  return { ours: mine, theirs: other };
}

/**
 * As `inTurn`, where ours is no single call: it may read files and wait for other threads.
 *
 * @param {() => Promise<unknown>} ours
 * @param {() => Promise<Seconds>} theirs
 * @param {number} rounds
 * @returns {Promise<{ ours: Seconds, theirs: Seconds }>}
 */
export async function inTurnSlowly(ours, theirs, rounds) {
  const mine = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  const other = { ...mine };
  await ours();
  for (let round = 0; round < rounds; round++) {
    const used = process.cpuUsage();
    const started = performance.now();
    await ours();
    const wall = (performance.now() - started) / 1e3;
    const { user, system } = process.cpuUsage(used);
    keepLess(mine, { wall, cpu: (user + system) / 1e6 });
    keepLess(other, await theirs());
  }
  return { ours: mine, theirs: other };
}

/**
 * @param {Seconds} least
 * @param {Seconds} other
 */
function keepLess(least, other) {
  least.wall = Math.min(least.wall, other.wall);
  least.cpu = Math.min(least.cpu, other.cpu);
}

/**
 * @param {() => unknown} run
 * @returns {Seconds}
 */
function timed(run) {
  const used = process.cpuUsage();
  const started = performance.now();
  run();
  const wall = (performance.now() - started) / 1e3;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1e6 };
}

/**
 * Wall seconds with the bound, and CPU seconds as a second witness where the machine is not quiet.
 *
 * @param {string} name
 * @param {string} peer
 * @param {{ ours: Seconds, theirs: Seconds }} seconds
 * @param {number} [limit]
 */
export function* inSeconds(name, peer, { ours, theirs }, limit) {
  yield {
    name: `${name}, wall`,
    peer,
    ours: ours.wall,
    theirs: theirs.wall,
    unit: "s",
    ...(limit === undefined ? {} : { limit }),
  };
  yield { name: `${name}, CPU`, peer, ours: ours.cpu, theirs: theirs.cpu, unit: "s" };
}
