import { readdirSync } from "node:fs";
import { join } from "node:path";

export const question = "Train, tune, predict, explain and compare: what does each cost beside the libraries that people use?";
export const python = "requirements.txt";

/**
 * All topics of bench/suites/learn/, or those that BENCH_TOPICS names (train,explain): together they take an hour.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const wanted = process.env.BENCH_TOPICS?.split(",");
  const topics = readdirSync(join(bench.repository, "bench/suites/learn")).filter((file) => file.endsWith(".mjs"));
  for (const file of topics.sort()) {
    if (wanted !== undefined && !wanted.includes(file.replace(".mjs", ""))) continue;
    const topic = await import(`./learn/${file}`);
    yield* topic.measure(bench);
  }
}
