import { join } from "node:path";
import { prepareExplainer } from "../../../packages/learn/dist/index.js";
import { runToEnd } from "../../../tools/subprocess.mjs";
import { float32From, importedModel, matrixFrom, startPeers } from "../../answers/houses.mjs";
import { inSeconds, inTurn } from "../../answers/peer.mjs";

/** Rows, rounds, and the bounds of the ratio to XGBoost and to FastTreeSHAP. */
const sizes = [
  { rows: 1_000, rounds: 5, xgboost: 0.1, fasttreeshap: 0.25 },
  { rows: 10_000, rounds: 2, xgboost: 0.05, fasttreeshap: 0.15 },
];
const FAST_TREE_SHAP = "fasttreeshap-fixed==0.1.5";
/** The bounds are for trees of this depth; deeper ones are measured beside it. */
const BOUND_DEPTH = 6;
const DEEP = 10;
/** Of the largest effect: XGBoost computes in float32. */
const SINGLE_PRECISION = 1e-5;

/**
 * SHAP values by a model that XGBoost trained (100 trees of depth 6 and of depth 10, listings with missing values), on one
 * thread. Ours is made ready anew in every run; shap's TreeExplainer calls `pred_contribs` for such a model. FastTreeSHAP
 * is version 1: its version 2 is wrong where inputs are missing.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const started = startPeers(bench, "SHAP values");
  if (started === undefined) return;
  const { folder, peer } = started;
  let isFast = false;
  try {
    // Without its dependencies: they bring another XGBoost.
    await runToEnd(bench.python ?? "", ["-m", "pip", "install", "--quiet", "--no-deps", FAST_TREE_SHAP]);
    for (const depth of [BOUND_DEPTH, DEEP]) {
      bench.say(`XGBoost trains the model of depth ${depth} to explain …`);
      const { columns } = await peer.ask("prepare_boosting", { depth });
      const model = importedModel(folder, depth);
      const explain = (/** @type {number} */ rows) => {
        const matrix = matrixFrom(join(folder, "questions.f32"), columns, rows);
        return () => prepareExplainer(model).explain(matrix);
      };
      checkEqual(explain(1_000)().effects, float32From(join(folder, `contribs-${depth}.f32`)), columns);
      for (const { rows, rounds, xgboost, fasttreeshap } of depth === BOUND_DEPTH ? sizes : sizes.slice(0, 1)) {
        const name = `SHAP of ${rows} rows, depth ${depth}`;
        bench.say(`${name} …`);
        const ours = explain(rows);
        const bound = (/** @type {number} */ limit) => (depth === BOUND_DEPTH ? limit : undefined);
        const beside = await inTurn(ours, () => peer.ask("contribs", { rows }), rounds);
        yield* inSeconds(name, "xgboost", beside, bound(xgboost));
        isFast = (await peer.ask("fasttreeshap", { rows: 1 })).missing === undefined;
        if (!isFast) continue;
        const fast = await inTurn(ours, () => peer.ask("fasttreeshap", { rows }), rounds);
        yield* inSeconds(name, "fasttreeshap v1", fast, bound(fasttreeshap));
      }
    }
    if (!isFast) bench.skip("SHAP beside FastTreeSHAP", `${FAST_TREE_SHAP} could not be installed (it is built from C)`);
  } finally {
    await peer.close();
  }
}

/**
 * @param {Float64Array} effects
 * @param {Float32Array} theirs  the base behind each row's effects
 * @param {number} columns
 */
function checkEqual(effects, theirs, columns) {
  let worst = 0;
  let largest = 0;
  effects.forEach((effect, place) => {
    const row = Math.floor(place / columns);
    worst = Math.max(worst, Math.abs(effect - (theirs[place + row] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(effect));
  });
  // Written so that NaN fails.
  if (!(worst <= SINGLE_PRECISION * largest)) throw new Error(`An effect differs from XGBoost's by ${worst} of ${largest}.`);
}
