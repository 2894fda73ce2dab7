import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fitModel, outputsOf, predictRaw } from "../../../packages/learn/dist/index.js";
import { areaUnderRoc } from "../../../packages/learn/dist/metrics/ranking.js";
import { matrixFrom, startPeers } from "../../answers/houses.mjs";
import { inSeconds, inTurn } from "../../answers/peer.mjs";

const FIT_LIMIT = 0.1;
const SCORE_LIMIT = 0.25;
const ROUNDS = 5;
const SEEDS = 10;
/** How far the mean AUROC may lie from scikit-learn's. */
const MOST_DISTANCE = 0.01;

/**
 * Isolation forests of 100 trees on 256 rows each, one thread: fit on and scores of 362,000 listings (complete, as
 * scikit-learn's users have them), and the mean AUROC over ten seeds on real attacks, missing values included.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const started = startPeers(bench, "isolation forest");
  if (started === undefined) return;
  const { folder, peer } = started;
  try {
    bench.say("data for isolation forests …");
    const shapes = await peer.ask("prepare_anomalies");
    const houses = matrixFrom(join(folder, "houses.f32"), shapes.houses[1]);
    let seed = 0;
    const fits = await inTurn(
      () => grow(houses, seed++),
      () => peer.ask("isolation_fit"),
      ROUNDS,
    );
    yield* inSeconds("isolation forest, fit", "scikit-learn", fits, FIT_LIMIT);
    // A new model every time: what is made ready at its first use is counted.
    const models = Array.from({ length: ROUNDS + 1 }, () => grow(houses, seed++));
    const score = () => scores(models.pop() ?? grow(houses, 0), houses);
    const scored = await inTurn(score, () => peer.ask("isolation_score"), ROUNDS);
    yield* inSeconds("isolation forest, scores", "scikit-learn", scored, SCORE_LIMIT);
    for (const [name, set, test] of [
      ["NSL-KDD", "kdd", "kdd-test"],
      ["IoT-23", "iot", "iot"],
    ]) {
      bench.say(`AUROC on ${name} …`);
      const theirs = await peer.ask("isolation_auroc", { set, test, seeds: SEEDS });
      const distance = Math.abs(meanAuroc(folder, shapes, set ?? "", test ?? "") - theirs.mean);
      const peerName = "scikit-learn, allowed distance";
      yield {
        name: `isolation forest, mean AUROC on ${name}`,
        peer: peerName,
        ours: distance,
        theirs: MOST_DISTANCE,
        unit: "AUROC",
        limit: 1,
      };
    }
  } finally {
    await peer.close();
  }
}

/**
 * @param {ReturnType<typeof matrixFrom>} matrix
 * @param {number} seed
 */
function grow(matrix, seed) {
  const parameters = { trees: 100, rowsPerTree: 256 };
  return fitModel({ learner: "isolationForest", parameters }, { matrix, target: null }, { seed });
}

/**
 * @param {ReturnType<typeof grow>} model
 * @param {ReturnType<typeof matrixFrom>} matrix
 */
function scores(model, matrix) {
  const outputs = outputsOf(model, predictRaw(model, matrix));
  if (outputs.task !== "anomaly") throw new Error("An isolation forest gives scores.");
  return outputs.scores;
}

/**
 * @param {string} folder
 * @param {Record<string, [number, number]>} shapes
 * @param {string} set
 * @param {string} test
 */
function meanAuroc(folder, shapes, set, test) {
  const train = matrixFrom(join(folder, `${set}.f32`), shapes[set]?.[1] ?? 0);
  const rows = matrixFrom(join(folder, `${test}.f32`), shapes[test]?.[1] ?? 0);
  const labels = new Uint8Array(readFileSync(join(folder, `${test}.labels`)));
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) sum += areaUnderRoc(scores(grow(train, seed), rows), labels);
  return sum / SEEDS;
}
