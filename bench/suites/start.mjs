import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startPlatform } from "../platform.mjs";
import { proportionalBytes } from "../processes.mjs";

export const question = "How long from `atalaya up` to the first prediction, and how much memory does it keep when idle?";

const COLD_MS = 300_000;
const WARM_MS = 60_000;
const IDLE_MS = 10_000;
/** Our own bound: there is no peer that embeds its database. */
const WITHIN_A_SECOND = { unit: "s", peer: "a second", theirs: 1, limit: 1 };

/**
 * Cold: a home that does not exist yet, so PostgreSQL is created and the pipelines ingest and train. Warm: the same home
 * again. Memory is the proportional set size of Node and of PostgreSQL, ten seconds after the first prediction of the
 * warm start.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, say, skip }) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-start-"));
  // Open to all, as for a folder of a project: run as root, PostgreSQL belongs to another account, which has to reach it.
  chmodSync(folder, 0o755);
  const home = join(folder, "home");
  try {
    say("cold start …");
    yield { name: "first prediction, cold home", ours: await timeStart(repository, home, COLD_MS), unit: "s" };
    say("warm start …");
    const platform = await startPlatform(repository, home);
    try {
      yield { name: "first prediction, second start", ours: await platform.firstPrediction(WARM_MS), unit: "s" };
      if (process.platform !== "linux") return skip("idle memory", "proportional set size is read from /proc, which is Linux");
      say("idle memory …");
      await wait(IDLE_MS);
      const all = platform.processes();
      const postgres = all.filter((one) => one.isPostgres);
      const rest = all.filter((one) => !one.isPostgres);
      if (postgres.length === 0) skip("idle memory, PostgreSQL", "no PostgreSQL process was found");
      else yield { name: "idle memory, PostgreSQL", ours: megabytes(postgres), unit: "MB" };
      yield { name: "idle memory, Node", ours: megabytes(rest), unit: "MB" };
      yield { name: "idle memory, all", ours: megabytes(all), unit: "MB" };
    } finally {
      await platform.stop();
    }
    say("PostgreSQL alone …");
    yield { name: "PostgreSQL, second start", ours: await timePostgres(home), ...WITHIN_A_SECOND };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Seconds until PostgreSQL of a home that is there already takes queries: the best of three.
 *
 * @param {string} home
 */
async function timePostgres(home) {
  const { launchPostgres } = await import("../../packages/store/dist/postgres/launcher.js");
  const seconds = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const begin = performance.now();
    const database = await launchPostgres(home);
    seconds.push((performance.now() - begin) / 1000);
    await database.release();
  }
  return Math.min(...seconds);
}

/**
 * @param {string} repository
 * @param {string} home
 * @param {number} timeoutMs
 */
async function timeStart(repository, home, timeoutMs) {
  const platform = await startPlatform(repository, home);
  try {
    return await platform.firstPrediction(timeoutMs);
  } finally {
    await platform.stop();
  }
}

/** @param {Parameters<typeof proportionalBytes>[0]} group */
function megabytes(group) {
  return proportionalBytes(group) / 1e6;
}
