import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundleTask } from "../../tools/bundle-task.mjs";

const TIMES = 11;

/**
 * Milliseconds from the start of a step's process to its end when its work takes none: Node, what it loads, PostgreSQL. It is what
 * a step costs beyond the start of its pod. The median of eleven.
 *
 * @param {string} repository
 */
export async function measureStepStart(repository) {
  await bundleTask(repository);
  const { openStore } = await import(join(repository, "packages/store/dist/index.js"));
  const home = mkdtempSync("/var/tmp/atalaya-bench-step-");
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(home, 0o755);
  const store = await openStore({ home, databaseUrl: null, s3: null });
  try {
    const key = { run: "bench", step: "split", attempt: 1 };
    await store.tasks.open([{ ...key, pipeline: "bench", stage: "split", input: {} }]);
    // A task that is done is not done again: the process starts, looks, and ends.
    await store.tasks.finish(key, { outcome: { summary: "done" } });
    const env = { ...process.env, DATABASE_URL: store.databaseUrl, ATALAYA_HOME: home };
    const taken = [];
    for (let time = 0; time < TIMES; time++) taken.push(await timed(repository, env));
    return taken.sort((a, b) => a - b)[(TIMES - 1) / 2] ?? Number.NaN;
  } finally {
    await store.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {string} repository @param {NodeJS.ProcessEnv} env @returns {Promise<number>} */
function timed(repository, env) {
  const started = performance.now();
  const words = [join(repository, "packages/cli/bin/atalaya.mjs"), "task", "bench", "split"];
  const child = spawn(process.execPath, words, { cwd: repository, env, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`atalaya task ended with ${code}`));
    });
  });
}
