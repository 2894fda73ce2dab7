import { readdirSync } from "node:fs";
import { join } from "node:path";

export const question = "What does the loop cost beside the tools that people use, and how often is it wrong?";
export const python = "loop-requirements.txt";

/**
 * All topics of bench/suites/loop/, or those that BENCH_TOPICS names (drift,ingest): together they take half an hour.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const wanted = process.env.BENCH_TOPICS?.split(",");
  const topics = readdirSync(join(bench.repository, "bench/suites/loop")).filter((file) => file.endsWith(".mjs"));
  for (const file of topics.sort()) {
    if (wanted !== undefined && !wanted.includes(file.replace(".mjs", ""))) continue;
    const topic = await import(`./loop/${file}`);
    yield* topic.measure(bench);
  }
}
