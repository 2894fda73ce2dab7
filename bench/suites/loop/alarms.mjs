import { whenDrifted } from "../../../packages/define/dist/index.js";
import { sketchColumn } from "../../../packages/learn/dist/index.js";
import { compareColumn } from "../../../packages/run/dist/drift/compare-column.js";
import { judgeDrift } from "../../../packages/run/dist/drift/judge-drift.js";
import { drawColumns } from "../../loop/columns.mjs";

const BATCH = 15_000;
const REFERENCE_ROWS = 100_000;

/**
 * False alarms and power of the default rule over 20 features, with the classic rule (any KS p < 0.05) beside it.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export function* measure({ say }) {
  const reference = drawColumns(REFERENCE_ROWS, 1).map((values, column) =>
    sketchColumn(`f${column}`, { kind: "number", values }),
  );
  const rule = whenDrifted().definition;
  if (rule.trigger !== "whenDrifted") throw new Error("no drift rule");
  const judge = (/** @type {number} */ seed, /** @type {number} */ shift) => {
    const columns = drawColumns(BATCH, seed, shift);
    const movements = reference.map((sketch, column) =>
      compareColumn(sketch, { kind: "number", values: columns[column] ?? new Float64Array() }),
    );
    return judgeDrift(rule, movements, BATCH);
  };
  say("200 stationary batches of 15,000 rows …");
  const stationary = Array.from({ length: 200 }, (_, batch) => judge(1_000 + batch, 0));
  const alarms = stationary.filter(({ verdict }) => verdict === "drifted").length;
  const classic = stationary.filter(({ classic: would }) => would).length;
  yield {
    name: "false alarms in 200 stationary batches (at most 2)",
    ours: alarms,
    unit: "batches",
    peer: "any KS p < 0.05",
    theirs: classic,
  };
  if (alarms > 2) throw new Error(`${alarms} false alarms`);
  say("100 batches with a shift of a tenth of a standard deviation …");
  const shifted = Array.from({ length: 100 }, (_, batch) => judge(5_000 + batch, 0.1));
  const found = shifted.filter(({ movements }) => movements.some(({ name, moved }) => name === "f0" && moved)).length;
  yield { name: "shifts of 0.1 standard deviations found in 100 batches (at least 95)", ours: found, unit: "batches" };
  if (found < 95) throw new Error(`only ${found} shifts were found`);
}
