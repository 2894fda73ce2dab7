import { join } from "node:path";
import { kolmogorovSmirnov, wasserstein } from "../../../packages/learn/dist/index.js";
import { inSeconds, inTurn } from "../../answers/peer.mjs";
import { float64From, startSamplePeers } from "../../answers/samples.mjs";

const ROUNDS = 9;
const LIMIT = 0.35;

/**
 * Two-sample statistics of 290,000 against 72,000 values: real columns with many ties, and normal numbers. The
 * Kolmogorov-Smirnov test includes its chance; results have to agree before anything is timed.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const started = startSamplePeers(bench, "statistics of two samples");
  if (started === undefined) return;
  const { folder, peer } = started;
  try {
    const { names, first, second } = await peer.ask("prepare_samples");
    for (const name of names) {
      bench.say(`two samples: ${name} …`);
      const values = float64From(join(folder, `sample-${name}.f64`));
      const a = values.slice(0, first);
      const b = values.slice(first, first + second);
      const theirs = await peer.ask("ks", { name });
      const ours = kolmogorovSmirnov(a, b);
      const isSame =
        Math.abs(ours.distance - theirs.distance) <= 1e-12 && Math.abs(ours.chance - theirs.chance) <= 1e-9 * theirs.chance;
      if (!isSame) throw new Error(`${name}: ${JSON.stringify(ours)} is not SciPy's ${JSON.stringify(theirs)}.`);
      const tested = await inTurn(
        () => kolmogorovSmirnov(a, b),
        () => peer.ask("ks", { name }),
        ROUNDS,
      );
      yield* inSeconds(`Kolmogorov-Smirnov, ${name}`, "SciPy", tested, LIMIT);
    }
    const values = float64From(join(folder, "sample-normal.f64"));
    const moved = await inTurn(
      () => wasserstein(values.slice(0, first), values.slice(first)),
      () => peer.ask("wasserstein", { name: "normal" }),
      ROUNDS,
    );
    yield* inSeconds("Wasserstein distance, normal", "SciPy", moved);
  } finally {
    await peer.close();
  }
}
