import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { runNode, runToEnd } from "../../../tools/subprocess.mjs";

const ROUNDS = 100;
const ALTERNATIONS = 3;

const leafWise = { learner: "gradientBoosting", parameters: { trees: ROUNDS, learningRate: 0.1, leaves: 63, minLeafRows: 20 } };
const depthWise = {
  learner: "gradientBoosting",
  parameters: {
    trees: ROUNDS,
    learningRate: 0.1,
    leaves: 64,
    depth: 6,
    growth: "depthWise",
    l2: 1,
    minLeafRows: 1,
    minLeafHessian: 1,
  },
};
const forest = { learner: "randomForest", parameters: { trees: 50, depth: 10, minLeafRows: 1, featureShare: 1 } };

/** Peer, our learner at equal parameters, and the bound of the ratio on a set of 290,000 and of 1,000,000 rows. */
const pairs = [
  { peer: "lightgbm", ours: leafWise, limits: { realtor: 0.7, synthetic: 0.8 } },
  { peer: "xgboost", ours: depthWise, limits: { realtor: 0.85, synthetic: 1.0 } },
  { peer: "lightgbm-quantized", ours: leafWise, limits: { realtor: 0.9, synthetic: 1.0 } },
];

/**
 * Training from raw arrays to the model, binning included, peer and product in turn; CPU seconds of one thread and wall
 * seconds of two. Then the scores on the test part at equal parameters, as error ours / error of the better peer.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, python, say, skip }) {
  const data = join(repository, "../shared/data");
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", "bench-training");
  mkdirSync(folder, { recursive: true });
  if (python === null) return skip("training", "no Python with the peers");
  const peerScript = join(repository, "bench/peers/training.py");
  const sets = /** @type {string[]} */ (await lastJson(runToEnd(python, [peerScript, "prepare", data, folder])));
  if (!existsSync(data)) skip("training on real data", "there is no ../shared/data");

  /** @type {Side} */
  const ours = (set, learner, threads, source = "matrix") => {
    const script = join(repository, "bench/training/ours.mjs");
    return lastJson(runNode([script, folder, set, JSON.stringify(learner), String(threads), "1", source]));
  };
  /** @type {Side} */
  const theirs = (set, peer, threads) =>
    lastJson(runToEnd(python, [peerScript, "fit", folder, set, peer, String(ROUNDS), String(threads), "1"]));

  for (const set of ["realtor", "synthetic"]) if (sets.includes(set)) yield* speed(set, { ours, theirs, say });
  for (const set of sets) yield* quality(set, { ours, theirs, say });
  if (sets.includes("realtor")) yield* forests({ ours, theirs, say });
}

/** @typedef {(set: string, what: any, threads: number, source?: string) => Promise<any>} Side */
/** @typedef {{ ours: Side, theirs: Side, say: (line: string) => void }} Sides */

/**
 * @param {string} set
 * @param {Sides} sides
 */
async function* speed(set, { ours, theirs, say }) {
  for (const { peer, ours: learner, limits } of pairs) {
    for (const threads of [1, 2]) {
      say(`${set}, ${peer}, ${threads} thread(s) …`);
      const mine = () => ours(set, learner, threads);
      const { a, b } = await inTurn(mine, () => theirs(set, peer, threads));
      const limit = limits[/** @type {"realtor" | "synthetic"} */ (set)];
      const what = `${set}, ${threads} thread(s)`;
      yield { name: `train ${what}, wall`, peer, ours: a.wall, theirs: b.wall, unit: "s", limit };
      yield { name: `train ${what}, CPU`, peer, ours: a.cpu, theirs: b.cpu, unit: "s" };
      if (peer !== "lightgbm") continue;
      // Rows that come in chunks: what someone does whose rows are many. LightGBM has its rows in memory before it bins them.
      const streamed = await ours(set, learner, threads, "stream");
      yield { name: `peak memory ${what}, streamed`, peer, ours: streamed.peakMiB, theirs: b.peakMiB, unit: "MiB", limit: 0.8 };
      yield { name: `peak memory ${what}`, peer, ours: a.peakMiB, theirs: b.peakMiB, unit: "MiB" };
    }
  }
}

/**
 * @param {string} set
 * @param {Sides} sides
 */
async function* quality(set, { ours, theirs, say }) {
  say(`quality on ${set} …`);
  const runs = [await ours(set, leafWise, 1), await ours(set, depthWise, 1)];
  const peerRuns = [await theirs(set, "lightgbm", 1), await theirs(set, "xgboost", 1)];
  const peer = "better of LightGBM and XGBoost";
  if (set === "nslkdd") {
    // Its test part holds attacks that training does not: log-loss tells how sure a model is of what it cannot know, and
    // differs by half between the peers themselves. The ranking is what the set is for.
    const best = (/** @type {any[]} */ all) => Math.max(...all.map(({ score }) => score.auroc));
    yield {
      name: `AUROC on the test part, ${set} (peer / ours)`,
      peer,
      ours: best(peerRuns),
      theirs: best(runs),
      unit: "",
      limit: 1.003,
    };
    return;
  }
  const mine = runs.map(errorOf);
  const peers = peerRuns.map(errorOf);
  yield {
    name: `error on the test part, ${set}`,
    peer,
    ours: Math.min(...mine),
    theirs: Math.min(...peers),
    unit: "",
    limit: 1.003,
  };
}

/** @param {Sides} sides */
async function* forests({ ours, theirs, say }) {
  const peer = "scikit-learn";
  for (const threads of [1, 2]) {
    say(`random forest, ${threads} thread(s) …`);
    const a = await ours("realtor", forest, threads);
    const b = await theirs("realtor", "sklearn-forest", threads);
    const name = `random forest 50 × depth 10, ${threads} thread(s)`;
    yield { name, peer, ours: a.wall[0], theirs: b.wall[0], unit: "s", limit: 0.1 };
    yield { name: `${name}, error`, peer, ours: errorOf(a), theirs: errorOf(b), unit: "" };
  }
}

/**
 * @param {{ score: { rmse?: number, logloss?: number } }} run
 * @returns {number}
 */
function errorOf({ score: { rmse, logloss } }) {
  return rmse ?? logloss ?? Number.NaN;
}

/**
 * The least wall and CPU seconds of each side, run in alternation.
 *
 * @param {() => Promise<any>} ours
 * @param {() => Promise<any>} theirs
 */
async function inTurn(ours, theirs) {
  const mine = [];
  const peers = [];
  for (let turn = 0; turn < ALTERNATIONS; turn++) {
    mine.push(await ours());
    peers.push(await theirs());
  }
  return { a: least(mine), b: least(peers) };
}

/** @param {readonly any[]} runs */
function least(runs) {
  return {
    wall: Math.min(...runs.flatMap(({ wall }) => wall)),
    cpu: Math.min(...runs.flatMap(({ cpu }) => cpu)),
    peakMiB: Math.min(...runs.map(({ peakMiB }) => peakMiB)),
  };
}

/** @param {Promise<import("../../../tools/subprocess.mjs").Finished>} run */
async function lastJson(run) {
  const { code, output } = await run;
  const line = output
    .trim()
    .split("\n")
    .findLast((one) => one.startsWith("{") || one.startsWith("["));
  if (code !== 0 || line === undefined) throw new Error(output);
  return JSON.parse(line);
}
