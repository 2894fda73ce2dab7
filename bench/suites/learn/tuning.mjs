import { join } from "node:path";
import { answerOutputs, bestOf, predictRaw, report, startSearch, suggest } from "../../../packages/learn/dist/index.js";
import { measure as measureMetrics } from "../../../packages/learn/dist/metrics/measure.js";
import { createFitPool } from "../../../packages/learn/dist/threads/node.js";
import { float64From, startSamplePeers } from "../../answers/samples.mjs";

const TRIALS = 50;
const ROWS = 20_000;
const THREADS = Number(process.env.BENCH_THREADS ?? 2);
const SPEED_LIMIT = 0.6;
const EARLY_STOPPING_ROUNDS = 30;

/** The same ranges on both sides, but that trees grow by leaves here and by depth there. */
const space = {
  learner: /** @type {const} */ ("gradientBoosting"),
  parameters: {
    trees: { range: /** @type {const} */ ("between"), low: 50, high: 300 },
    leaves: { range: /** @type {const} */ ("logBetween"), low: 4, high: 256 },
    learningRate: { range: /** @type {const} */ ("logBetween"), low: 0.01, high: 0.3 },
    rowShare: { range: /** @type {const} */ ("between"), low: 0.5, high: 1 },
    columnShare: { range: /** @type {const} */ ("between"), low: 0.4, high: 1 },
    minLeafRows: { range: /** @type {const} */ ("logBetween"), low: 1, high: 50 },
    l2: { range: /** @type {const} */ ("logBetween"), low: 0.01, high: 10 },
  },
};

/**
 * 50 trials on 15,000 rows judged on 5,000, two threads on both sides, seeds in turn: seconds, and the best score after 20
 * and 50 trials, medians over the seeds. Boosting stops early here, as in a pipeline.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const started = startSamplePeers(bench, "tuning");
  if (started === undefined) return;
  const { folder, peer } = started;
  const pool = createFitPool(THREADS);
  const seeds = Number(process.env.BENCH_SEEDS ?? 5);
  try {
    for (const set of (process.env.BENCH_SETS ?? "realtor,diabetes,nslkdd").split(",")) {
      const { rows, columns } = await peer.ask("prepare_tuning", { set, rows: ROWS });
      const data = dataFrom(float64From(join(folder, `tuning-${set}.f64`)), rows, columns, set === "realtor");
      const mine = [];
      const theirs = [];
      for (let seed = 0; seed < seeds; seed++) {
        bench.say(`tuning on ${set}, seed ${seed} …`);
        mine.push(await tune(pool, data, seed));
        theirs.push(await peer.ask("study", { set, seed, trials: TRIALS, threads: THREADS }));
      }
      const limit = set === "realtor" ? { limit: SPEED_LIMIT } : {};
      const name = `${TRIALS} tuning trials, ${set}`;
      const of = (/** @type {Study[]} */ studies, /** @type {(study: Study) => number} */ figure) => median(studies.map(figure));
      yield {
        name: `${name}, wall`,
        peer: "Optuna + XGBoost",
        ours: of(mine, (one) => one.wall),
        theirs: of(theirs, (one) => one.wall),
        unit: "s",
        ...limit,
      };
      yield {
        name: `${name}, CPU`,
        peer: "Optuna + XGBoost",
        ours: of(mine, (one) => one.cpu),
        theirs: of(theirs, (one) => one.cpu),
        unit: "s",
      };
      for (const after of [20, TRIALS]) {
        const best = (/** @type {Study} */ study) => study.best[Math.min(after, study.best.length) - 1] ?? Number.NaN;
        yield {
          name: `best loss after ${after} trials, ${set}`,
          peer: "Optuna + XGBoost",
          ours: of(mine, best),
          theirs: of(theirs, best),
          unit: set === "realtor" ? "rmse of log" : "nats",
          limit: 1,
        };
      }
    }
  } finally {
    await peer.close();
    await pool.close();
  }
}

/** @typedef {{ wall: number, cpu: number, best: number[] }} Study */

/**
 * Two trials run at once; the oldest is reported first, as a pipeline does it.
 *
 * @param {ReturnType<typeof createFitPool>} pool
 * @param {ReturnType<typeof dataFrom>} data
 * @param {number} seed
 * @returns {Promise<Study>}
 */
async function tune(pool, data, seed) {
  const used = process.cpuUsage();
  const started = performance.now();
  let state = startSearch(space, { better: "lower", trials: TRIALS, seed });
  const best = [];
  const running = [];
  for (;;) {
    /** @type {ReturnType<typeof suggest>} */
    const next = running.length < THREADS ? suggest(state) : null;
    if (next !== null) {
      state = next.state;
      running.push({ number: next.trial.number, loss: lossOf(pool, data, next.trial.specification) });
      continue;
    }
    const oldest = running.shift();
    if (oldest === undefined) break;
    state = report(state, { number: oldest.number, score: await oldest.loss });
    best.push(bestOf(state)?.score ?? Number.POSITIVE_INFINITY);
  }
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - started) / 1e3, cpu: (user + system) / 1e6, best };
}

/**
 * @param {ReturnType<typeof createFitPool>} pool
 * @param {ReturnType<typeof dataFrom>} data
 * @param {import("../../../packages/learn/dist/index.js").LearnerSpecification} specification
 */
async function lossOf(pool, { training, validation }, specification) {
  const model = await pool.fit(
    specification,
    { ...training, validation },
    { seed: 42, earlyStoppingRounds: EARLY_STOPPING_ROUNDS },
  );
  const outputs = answerOutputs({ model }, predictRaw(model, validation.matrix));
  const { target } = validation;
  const measured =
    outputs.task === "regression" && target.kind === "number"
      ? measureMetrics(["rmse"], { task: "regression", truth: target.values, predicted: outputs.values }).rmse
      : outputs.task === "classification" && target.kind === "class"
        ? measureMetrics(["logLoss"], {
            task: "classification",
            classes: target.classes,
            truth: target.codes,
            probability: outputs.probability,
          }).logLoss
        : undefined;
  return measured !== undefined && "value" in measured ? measured.value : null;
}

/**
 * @param {Float64Array} numbers  [column][row], the target last
 * @param {number} rows
 * @param {number} columns
 * @param {boolean} isNumber
 */
function dataFrom(numbers, rows, columns, isNumber) {
  const cut = Math.floor((rows * 3) / 4);
  const part = (/** @type {number} */ from, /** @type {number} */ to) => {
    const column = (/** @type {number} */ place) => numbers.slice(place * rows + from, place * rows + to);
    const values = column(columns);
    return {
      matrix: {
        names: Array.from({ length: columns }, (_, place) => `column ${place}`),
        rowCount: to - from,
        columns: Array.from({ length: columns }, (_, place) => column(place)),
      },
      target: isNumber
        ? { kind: /** @type {const} */ ("number"), values }
        : { kind: /** @type {const} */ ("class"), codes: Int32Array.from(values), classes: ["no", "yes"] },
    };
  };
  return { training: part(0, cut), validation: part(cut, rows) };
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
