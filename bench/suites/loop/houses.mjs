import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { heldOutError } from "../../loop/held-out-error.mjs";
import { pipelinePython } from "../../loop/pipeline-python.mjs";

const TRIALS = 10;
const SCRIPT_LIMIT = 0.5;
const PREFECT_LIMIT = 0.33;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

/**
 * The whole house-price job on 362,000 rows in 25 batches, from process start to end, 10 trials: ingest, contract, each row once,
 * features, tuning, training, evaluation, drift, registry, SHAP. Beside it the same job as a Python script and as a Prefect flow, in
 * turn; the quickest of each. Ours begins with an empty home every time, as a batch is taken once; the stores of MLflow and Prefect
 * are there from the second round on. The held-out rows are the same for all.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const { repository, say, skip } = bench;
  const data = process.env.BENCH_DATA ?? join(repository, "../shared/data");
  if (!existsSync(data)) return skip("the house-price job", `there is no ${data}`);
  const python = await pipelinePython(bench, "the house-price job");
  if (python === null) return;
  const script = join(repository, "bench/peers/house-job.py");
  const batches = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", "bench-house-job");
  if (!existsSync(batches) || readdirSync(batches).length === 0) {
    mkdirSync(batches, { recursive: true });
    runToEnd(python, [script, "prepare", data, batches], {});
  }
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-houses-"));
  try {
    const least = { ours: never, script: never, prefect: never };
    for (let round = 0; round < rounds; round++) {
      say(`the house-price job, round ${round + 1} of ${rounds} …`);
      least.ours = quicker(least.ours, await ours(repository, batches, join(folder, `ours-${round}`)));
      for (const what of /** @type {const} */ (["script", "prefect"])) {
        const env = { TRIALS: String(TRIALS), THREADS: "2" };
        const { seconds, output } = runToEnd(python, [script, what, batches, join(folder, what)], env);
        least[what] = quicker(least[what], { seconds, ...output });
      }
    }
    const name = `the whole house-price job, 362,000 rows, ${TRIALS} trials`;
    const { ours: mine, script: plain, prefect } = least;
    if (mine.rows !== plain.rows || mine.held_out !== plain.held_out) {
      throw new Error(`${mine.rows} rows and ${mine.held_out} held out here, ${plain.rows} and ${plain.held_out} there`);
    }
    yield { name, peer: "Python script", ours: mine.seconds, theirs: plain.seconds, unit: "s", limit: SCRIPT_LIMIT };
    yield { name, peer: "Prefect flow", ours: mine.seconds, theirs: prefect.seconds, unit: "s", limit: PREFECT_LIMIT };
    for (const metric of /** @type {const} */ (["rmse_log", "rmse", "mae"])) {
      // In dollars, as the gates of the application; the logarithm, which the script tunes on, beside it.
      const isBound = metric === "rmse";
      yield {
        name: `held-out ${metric} of the house-price job`,
        peer: "Python script",
        ours: mine[metric],
        theirs: plain[metric],
        unit: metric === "rmse_log" ? "log USD" : "USD",
        ...(isBound ? { limit: 1 } : {}),
      };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @typedef {{ seconds: number, rows: number, held_out: number, rmse_log: number, rmse: number, mae: number }} Job */

const never = /** @type {Job} */ ({ seconds: Number.POSITIVE_INFINITY });

/**
 * @param {Job} one
 * @param {Job} other
 */
function quicker(one, other) {
  return other.seconds < one.seconds ? other : one;
}

/**
 * @param {string} repository
 * @param {string} batches
 * @param {string} home
 * @returns {Promise<Job>}
 */
async function ours(repository, batches, home) {
  const main = join(repository, "packages/cli/dist/main.js");
  const project = join(repository, "bench/loop/house-job");
  const words = [main, "run", "house-job", "--project", project, "--json"];
  const { seconds } = runToEnd(process.execPath, words, { ATALAYA_HOME: home, HOUSE_BATCHES: batches });
  return { seconds, ...(await heldOutError(home, batches, project)) };
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 * @param {Record<string, string>} more
 */
function runToEnd(command, words, more) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, [...words], {
    env: { ...process.env, ...more },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")} ended with code ${status}:\n${stderr}`);
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, output: JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") };
}
