import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipelinePython } from "../../loop/pipeline-python.mjs";

const STEPS = 20;
const LIMIT = 0.25;
const MOST_STEP_MS = 10;
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

/**
 * An empty workflow of 20 durable steps, from process start to end, beside a Prefect flow of 20 empty tasks without a server of
 * its own; and what a step costs beyond a workflow of none. The database of either side is there before.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const { repository, say } = bench;
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-steps-"));
  chmodSync(folder, 0o755);
  try {
    writeProject(folder);
    say(`${STEPS} durable steps …`);
    const python = await pipelinePython(bench, "Prefect beside durable steps");
    const ours = (/** @type {string} */ name) => atalaya(repository, folder, name);
    const theirs = python === null ? null : () => prefect(repository, python, folder);
    ours("no-steps");
    theirs?.();
    const least = { none: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY, prefect: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds; round++) {
      least.none = Math.min(least.none, ours("no-steps"));
      least.steps = Math.min(least.steps, ours("twenty-steps"));
      if (theirs !== null) least.prefect = Math.min(least.prefect, theirs());
    }
    const name = `${STEPS} empty durable steps, process start to end`;
    if (theirs === null) yield { name, ours: least.steps, unit: "s" };
    else yield { name, peer: "Prefect without a server", ours: least.steps, theirs: least.prefect, unit: "s", limit: LIMIT };
    const step = ((least.steps - least.none) / STEPS) * 1_000;
    yield { name: "one durable step", peer: "10 ms", ours: step, theirs: MOST_STEP_MS, unit: "ms", limit: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {string} folder */
function writeProject(folder) {
  const flow = (/** @type {string} */ name, /** @type {number} */ steps) =>
    `durable("${name}", async (run) => { for (let step = 0; step < ${steps}; step++) await run.step("step " + step, () => step); })`;
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "steps", type: "module", atalaya: { pipelines: ["steps.ts"] } }),
  );
  writeFileSync(
    join(folder, "steps.ts"),
    `import { durable } from "@atalaya/define";
export const none = ${flow("no-steps", 0)};
export const twenty = ${flow("twenty-steps", STEPS)};
`,
  );
}

/**
 * @param {string} repository
 * @param {string} folder
 * @param {string} name
 */
function atalaya(repository, folder, name) {
  const main = join(repository, "packages/cli/dist/main.js");
  const env = { ATALAYA_HOME: join(folder, "home") };
  return seconds(process.execPath, [main, "run", name, "--project", folder, "--json"], env);
}

/**
 * @param {string} repository
 * @param {string} python
 * @param {string} folder
 */
function prefect(repository, python, folder) {
  const home = join(folder, "prefect");
  mkdirSync(home, { recursive: true });
  return seconds(python, [join(repository, "bench/peers/prefect-steps.py"), String(STEPS)], { PREFECT_HOME: home });
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 * @param {Record<string, string>} more
 */
function seconds(command, words, more) {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, [...words], { env: { ...process.env, ...more }, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - started) / 1_000;
}
