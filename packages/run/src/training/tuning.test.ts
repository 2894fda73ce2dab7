import { byGroup, column, dataset, files, gradientBoosting, pipeline, setting, targetMean } from "@atalaya/define";
import { createRandom, frameOf } from "@atalaya/learn";
import { createFitPool, type FitPool } from "@atalaya/learn/threads";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryRows } from "../rows/stored-rows.js";
import { TEST, TRAIN } from "./parts.js";
import type { Trial } from "./trials.js";
import { Tuning } from "./tuning.js";
import { loadTuningRows } from "./tuning-rows.js";

const ROWS = 600;
const homes = dataset("homes", { price: column.number(), size: column.number(), street: column.category() });

function pipelineOf(folds?: number) {
  return pipeline("homes")
    .ingest(homes, files(setting.url("HOMES_URL")))
    .features(homes.features({ target: "price", derive: () => ({}), encode: { street: targetMean({ smoothing: 1 }) } }))
    .split(byGroup("street", { test: 0.2, seed: 3 }))
    .train({ optimise: "rmse", ...(folds === undefined ? {} : { folds }) }, gradientBoosting({ trees: 20 }))
    .evaluate({ metrics: ["rmse"] })
    .gate()
    .promote("production").definition;
}

/** Each street has a price of its own that nothing else tells: only rows of the same street could give it away. */
function stored() {
  const random = createRandom(4);
  const codes = Int32Array.from({ length: ROWS }, (_, row) => row % 60);
  const streetPrice = Array.from({ length: 60 }, () => random.next() * 100);
  const sizes = Float64Array.from({ length: ROWS }, () => random.next());
  const frame = frameOf([
    ["price", { kind: "number", values: Float64Array.from(codes, (code, row) => streetPrice[code]! + sizes[row]!) }],
    ["size", { kind: "number", values: sizes }],
    ["street", { kind: "category", codes, levels: Array.from({ length: 60 }, (_, code) => `street ${code}`) }],
  ]);
  const parts = Uint8Array.from(codes, (code) => (code < 48 ? TRAIN : TEST));
  return { rows: new MemoryRows([frame], ROWS), parts, codes };
}

const trial: Trial = {
  index: 0,
  study: "rmse",
  specification: { learner: "gradientBoosting", parameters: { trees: 20 } },
  budget: 1,
};

let pool: FitPool;
afterEach(() => pool.close());

describe("trials", () => {
  it("are judged by every training row once, streets whole, where the pipeline says folds", async () => {
    pool = createFitPool(1);
    const { rows, parts, codes } = stored();
    const tuningRows = await loadTuningRows(pipelineOf(4), rows, parts);
    const streets = codes.filter((_, row) => parts[row] === TRAIN);
    expect(tuningRows.folds.length).toBe(4);
    expect(tuningRows.folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual(
      Array.from(streets, (_, place) => place),
    );
    for (const { train, test } of tuningRows.folds) {
      const known = new Set(Array.from(train, (row) => streets[row]));
      expect(Array.from(test).some((row) => known.has(streets[row]!))).toBe(false);
    }
    const seen: number[] = [];
    const outcome = await new Tuning(pipelineOf(4), tuningRows, pool).try(trial, (done, total) => seen.push(done / total));
    const byFold = (outcome.scoresByFold ?? []).map((scores) => scores["rmse"] ?? Number.NaN);
    expect(byFold.length).toBe(4);
    expect(new Set(byFold).size).toBe(4);
    expect(outcome.scores["rmse"]).toBeCloseTo(byFold.reduce((sum, score) => sum + score, 0) / 4, 12);
    // The encoder saw no row of a held-out street: nothing is left to know but the mean.
    for (const score of byFold) expect(score).toBeGreaterThan(20);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("are judged by one validation part cut out of the training rows where it says none", async () => {
    pool = createFitPool(1);
    const { rows, parts } = stored();
    const tuningRows = await loadTuningRows(pipelineOf(), rows, parts);
    expect(tuningRows.folds.length).toBe(1);
    const outcome = await new Tuning(pipelineOf(), tuningRows, pool).try(trial);
    expect(outcome.scoresByFold).toBeUndefined();
    expect(outcome.scores["rmse"]).toEqual(expect.any(Number));
  });

  it("cannot have one fold", () => {
    pool = createFitPool(1);
    expect(() => pipelineOf(1)).toThrow(expect.objectContaining({ code: "DEFINE_BAD_FOLDS" }));
  });
});
