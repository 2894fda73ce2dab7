import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const STEPS = 20;
const RUNS = 3;

/**
 * An empty workflow of 20 durable steps, from process start to end, and what a step costs beyond one of none.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export function* measureSteps({ repository, say }) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-steps-"));
  chmodSync(folder, 0o755);
  try {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "steps", type: "module", atalaya: { pipelines: ["steps.ts"] } }),
    );
    writeFileSync(join(folder, "steps.ts"), project());
    say("20 durable steps …");
    run(repository, folder, "no-steps");
    const [none, twenty] = [best(repository, folder, "no-steps"), best(repository, folder, "twenty-steps")];
    yield { name: "20 empty durable steps, process start to end", ours: twenty, unit: "s" };
    yield { name: "one durable step (at most 10 ms)", ours: ((twenty - none) / STEPS) * 1_000, unit: "ms" };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function project() {
  const flow = (/** @type {string} */ name, /** @type {number} */ steps) =>
    `durable("${name}", async (run) => { for (let step = 0; step < ${steps}; step++) await run.step("step " + step, () => step); })`;
  return `import { durable } from "@atalaya/define";
export const none = ${flow("no-steps", 0)};
export const twenty = ${flow("twenty-steps", STEPS)};
`;
}

/**
 * @param {string} repository
 * @param {string} folder
 * @param {string} name
 */
function best(repository, folder, name) {
  return Math.min(...Array.from({ length: RUNS }, () => run(repository, folder, name)));
}

/**
 * @param {string} repository
 * @param {string} folder
 * @param {string} name
 */
function run(repository, folder, name) {
  const started = performance.now();
  const main = join(repository, "packages/cli/dist/main.js");
  const { status, stderr } = spawnSync(process.execPath, [main, "run", name, "--project", folder, "--json"], {
    env: { ...process.env, ATALAYA_HOME: join(folder, "home") },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - started) / 1_000;
}
