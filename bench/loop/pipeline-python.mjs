import { join } from "node:path";
import { pythonEnvironment } from "../../tools/python-environment.mjs";

/**
 * The interpreter with Prefect, MLflow and Evidently, which do not import beside the newest libraries of the other peers;
 * BENCH_PYTHON_PIPELINE overrules it. null, said loudly: it could not be made.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 * @param {string} what
 * @returns {Promise<string | null>}
 */
export async function pipelinePython({ repository, say, skip }, what) {
  if (process.env.BENCH_PYTHON_PIPELINE !== undefined) return process.env.BENCH_PYTHON_PIPELINE;
  try {
    return await pythonEnvironment(join(repository, "bench/peers/pipeline-requirements.txt"), say);
  } catch (error) {
    skip(what, error instanceof Error ? error.message : String(error));
    return null;
  }
}
