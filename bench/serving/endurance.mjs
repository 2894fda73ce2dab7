import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { hasWrk, put } from "./load.mjs";
import { streamRows } from "./stream.mjs";

/** Rows of the stream whose memory is watched; fewer for a try. */
const STREAM_ROWS = Number(process.env.BENCH_STREAM_ROWS ?? 10_000_000);
const MEBIBYTE = 1024 ** 2;

/** @typedef {import("../../tools/bench.mjs").Measurement} Measurement */

/**
 * Streams of ten million rows: memory does not grow with them.
 *
 * @param {(text: string) => void} say @param {{ url: string, pid: number }} server
 * @returns {AsyncGenerator<Measurement>}
 */
export async function* measureStreams(say, { url, pid }) {
  for (const isCsv of [false, true]) {
    const form = isCsv ? "CSV" : "JSON lines";
    say(`${STREAM_ROWS} rows in one stream, ${form} …`);
    const { perSecond, early, late, peak } = await streamRows({ url, pid, rows: STREAM_ROWS, isCsv });
    const name = `${STREAM_ROWS / 1e6}M rows in one stream, ${form}`;
    yield { name, ours: (1000 * STREAM_ROWS) / perSecond, unit: "ms" };
    const peer = "its second tenth";
    yield { name: `${name}, memory at its end`, ours: late / MEBIBYTE, unit: "MiB", peer, theirs: early / MEBIBYTE, limit: 1.1 };
    yield { name: `${name}, most memory`, ours: peak / MEBIBYTE, unit: "MiB" };
  }
}

/**
 * What a good caller waits for while others attack; all on the same processors, the attackers too.
 *
 * @param {{ url: string, pid: number }} server @param {string} bodies @param {string} folder
 * @returns {AsyncGenerator<Measurement>}
 */
export async function* measureAttack({ url, pid }, bodies, folder) {
  if (!hasWrk()) return;
  const script = new URL("./attack.mjs", import.meta.url).pathname;
  const attackers = spawn(process.execPath, [script, url], { stdio: "inherit" });
  try {
    await sleep(2_000);
    const load = { url: `${url}/predict`, pid, bodies, connections: 2, seconds: 8, folder };
    const { p50, p99, failed, perSecond } = await put(load);
    if (failed > 0) throw new Error(`${failed} requests of the good caller failed`);
    yield { name: "predict under attack, p99", ours: p99, unit: "ms", peer: "50 ms", theirs: 50, limit: 1 };
    yield { name: "predict under attack, p50", ours: p50, unit: "ms" };
    yield { name: "predict under attack, 2 connections", ours: 1000 / perSecond, unit: "ms/request" };
  } finally {
    attackers.kill("SIGKILL");
    await once(attackers, "close");
  }
}
