/// <reference types="node" />

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { FittedModel } from "../model/model.js";
import { createRandom } from "../random/random.js";
import type { LearnerSpecification } from "../tune/resolve-parameters.js";
import { createFitPool, type FitPool } from "./node.js";

/** Threads run built files, so this test builds the package first; without a change that takes a second. */
beforeAll(() => {
  const compiler = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace(/package\.json$/, "bin/tsc");
  spawnSync(process.execPath, [compiler, "-b", fileURLToPath(new URL("../..", import.meta.url))]);
});

const ROWS = 30_000;
const random = createRandom(77);
const columns = Array.from({ length: 7 }, (_, column) =>
  Float64Array.from({ length: ROWS }, () => {
    if (column === 6) return random.integer(40);
    return random.next() < 0.1 ? Number.NaN : random.next();
  }),
);
const values = Float64Array.from({ length: ROWS }, (_, row) => {
  const slope = Number.isNaN(columns[1][row]) ? 0.2 : columns[1][row];
  return (columns[0][row] > 0.5 ? 1 : 0) + slope + (columns[6][row] % 3) + 0.3 * random.next();
});
const matrix = {
  rowCount: ROWS,
  columns,
  names: columns.map((_, column) => `column ${column}`),
  categoryCounts: columns.map((_, column) => (column === 6 ? 40 : null)),
};
const number: TrainingData = { matrix, target: { kind: "number", values } };
const codes = (classes: number) => Int32Array.from(values, (value) => Math.min(classes - 1, Math.floor(value)));
const classed = (classes: number): TrainingData => ({
  matrix,
  target: { kind: "class", codes: codes(classes), classes: ["a", "b", "c"].slice(0, classes) },
});
const weighed = { ...number, weights: Float64Array.from({ length: ROWS }, () => random.integer(3) + random.next()) };

const jobs: [string, LearnerSpecification, TrainingData][] = [
  ["a number, leaf by leaf", { learner: "gradientBoosting", parameters: { trees: 6 } }, number],
  ["weights and samples", { learner: "gradientBoosting", parameters: { trees: 4, rowShare: 0.7, columnShare: 0.6 } }, weighed],
  ["two classes, level by level", { learner: "gradientBoosting", parameters: { trees: 4, growth: "depthWise" } }, classed(2)],
  ["three classes", { learner: "gradientBoosting", parameters: { trees: 2, leaves: 9 } }, classed(3)],
  ["a median", { learner: "gradientBoosting", parameters: { trees: 3, loss: "absolute" } }, number],
  ["a forest", { learner: "randomForest", parameters: { trees: 2, depth: 9 } }, number],
];

function hashOf({ trees }: FittedModel): string {
  const hash = createHash("sha256");
  for (const part of Object.values(trees))
    if (ArrayBuffer.isView(part))
      hash.update(new Uint8Array(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength)));
  return hash.digest("hex");
}

let pool: FitPool;
afterEach(() => pool.close());

describe("threads that share a fit", () => {
  it.each([2, 3, 7])("make the same bytes as one: %i threads", async (threads) => {
    pool = createFitPool(threads);
    for (const [name, specification, data] of jobs) {
      const one = hashOf(fitModel(specification, data, { seed: 3 }));
      expect(hashOf(await pool.fit(specification, data, { seed: 3 })), name).toBe(one);
    }
  });

  it("give way to other calls, and come back", async () => {
    pool = createFitPool(2);
    const [, specification] = jobs[0];
    const small = { learner: "gradientBoosting", parameters: { trees: 2 } } as const;
    const order: string[] = [];
    let begun = (): void => {};
    const isUnderWay = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const long = pool
      .fit({ ...specification, parameters: { trees: 300 } }, number, { onProgress: () => begun() })
      .then(() => order.push("long"));
    await isUnderWay;
    const short = pool.fit(small, number).then(() => order.push("short"));
    await Promise.all([long, short]);
    expect(order).toEqual(["short", "long"]);
  });

  it("end the call when one of them dies in it, and the pool goes on", async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker): void => void workers.push(worker);
    process.on("worker", watch);
    pool = createFitPool(2);
    const running = pool.fit({ learner: "gradientBoosting", parameters: { trees: 100_000 } }, number, {
      onProgress: () => {
        // The leader is the first thread, its helper the second.
        void workers[1]?.terminate();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "LEARN_FIT_WORKER_DIED", retryable: true });
    process.off("worker", watch);
    const [, specification, data] = jobs[0];
    expect(hashOf(await pool.fit(specification, data, { seed: 3 }))).toBe(hashOf(fitModel(specification, data, { seed: 3 })));
  });
});
