/// <reference types="node" />
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SlowMatrixStream } from "../binning/bin-stream.js";
import { explainRaw } from "../explain/explain.js";
import { fitModel } from "../model/fit-model.js";
import type { TrainingData } from "../model/fit-options.js";
import type { LearnerName } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { createFitPool, type FitPool } from "./node.js";

/** Threads run built files, so this test builds the package first; without a change that takes a second. */
beforeAll(() => {
  const compiler = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace(/package\.json$/, "bin/tsc");
  spawnSync(process.execPath, [compiler, "-b", fileURLToPath(new URL("../..", import.meta.url))]);
});

const random = createRandom(61);
const ROWS = 3_000;
const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: ROWS }, () => random.next()));
const matrix = { rowCount: ROWS, columns, names: ["a", "b", "c", "d"] };
const data: TrainingData = {
  matrix,
  target: { kind: "number", values: columns[0].map((value, row) => value * columns[1][row]) },
};
const codes = Int32Array.from(columns[2], (value) => (value > 0.4 ? 1 : 0));
const boosting = (trees: number) => ({ learner: "gradientBoosting" as const, parameters: { trees } });

let pool: FitPool;
const open = (threads: number): FitPool => {
  pool = createFitPool(threads);
  return pool;
};
afterEach(() => pool.close());

/** The next thread that the pool starts. */
const nextWorker = (): Promise<Worker> => new Promise((resolve) => process.once("worker", resolve));

describe("createFitPool", () => {
  it("fits what fitModel fits, to the bit, on more jobs than threads", async () => {
    open(2);
    const classes: TrainingData = { matrix, target: { kind: "class", codes, classes: ["no", "yes"] } };
    const jobs: [LearnerName, TrainingData][] = [
      ["gradientBoosting", data],
      ["randomForest", classes],
      ["isolationForest", { matrix, target: null }],
      ["gradientBoosting", { ...classes, weights: columns[3] }],
      ["gradientBoosting", data],
    ];
    const fit = ([learner, on]: [LearnerName, TrainingData]) => pool.fit({ learner, parameters: { trees: 8 } }, on, { seed: 5 });
    const models = await Promise.all(jobs.map(fit));
    for (const [place, [learner, on]] of jobs.entries()) {
      expect(models[place]).toEqual(fitModel({ learner, parameters: { trees: 8 } }, on, { seed: 5 }));
    }
  });

  it("fits rows that come slowly and in chunks as it fits the whole matrix, to the bit", async () => {
    open(2);
    const stream: SlowMatrixStream = {
      rowCount: ROWS,
      names: matrix.names,
      async *chunks() {
        for (let begin = 0; begin < ROWS; begin += 700) {
          await new Promise((resolve) => setImmediate(resolve));
          const parts = columns.map((values) => values.subarray(begin, begin + 700));
          yield { rowCount: parts[0].length, columns: parts, names: matrix.names };
        }
      },
    };
    const target = data.target ?? { kind: "number", values: columns[0] };
    expect(await pool.fitStream(boosting(8), { stream, target }, { seed: 5 })).toEqual(fitModel(boosting(8), data, { seed: 5 }));
    const broken = { ...stream, rowCount: ROWS + 1 };
    await expect(pool.fitStream(boosting(8), { stream: broken, target })).rejects.toMatchObject({ code: "LEARN_STREAM_BROKEN" });
  });

  it("reports progress, and stops when told to", async () => {
    open(1);
    const seen: number[] = [];
    await pool.fit(boosting(5), data, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    let asked = 0;
    const stopped = pool.fit(boosting(100_000), data, { shouldStop: () => ++asked > 2 });
    await expect(stopped).rejects.toMatchObject({ code: "LEARN_FIT_STOPPED", status: 409 });
  });

  it("hands over early stopping and its validation rows", async () => {
    open(1);
    const validation = { matrix, target: { kind: "number" as const, values: columns[3] } };
    const model = await pool.fit(boosting(500), { ...data, validation }, { earlyStoppingRounds: 3 });
    expect(model).toEqual(fitModel(boosting(500), { ...data, validation }, { earlyStoppingRounds: 3 }));
    expect(model.trees.rootByTree.length).toBeLessThan(100);
  });

  it("explains as explainRaw does, in the order of the rows, with more threads than rows too", async () => {
    const model = fitModel(boosting(10), data);
    const few = { ...matrix, rowCount: 7, columns: columns.map((column) => column.slice(0, 7)) };
    expect(await open(3).explain(model, few)).toEqual(explainRaw(model, few));
    const one = { ...matrix, rowCount: 1, columns: columns.map((column) => column.slice(0, 1)) };
    expect(await pool.explain(model, one)).toEqual(explainRaw(model, one));
    const none = { ...matrix, rowCount: 0, columns: columns.map(() => new Float64Array(0)) };
    expect(await pool.explain(model, none)).toEqual(explainRaw(model, none));
  });

  it("explains many rows of shallow trees with the same bits on any number of threads", async () => {
    const shallow = { learner: "gradientBoosting" as const, parameters: { trees: 5, leaves: 8 } };
    const model = fitModel(shallow, data);
    const expected = explainRaw(model, matrix);
    // By tables: a small part alone is computed otherwise.
    const part = { ...matrix, rowCount: 2, columns: columns.map((column) => column.slice(0, 2)) };
    expect(explainRaw(model, part).effects).not.toEqual(expected.effects.slice(0, 8));
    for (const threads of [1, 3, 7]) {
      expect(await open(threads).explain(model, matrix)).toEqual(expected);
      await pool.close();
    }
  });

  it("passes a coded error through with its details and hint, and goes on", async () => {
    open(1);
    const bad = pool.fit({ learner: "gradientBoosting", parameters: { leavs: 3 } }, data);
    await expect(bad).rejects.toMatchObject({
      name: "AtalayaError",
      code: "LEARN_PARAMETER_UNKNOWN",
      details: { parameter: "leavs", suggestion: "leaves" },
      hint: 'Did you mean "leaves"?',
      status: 400,
    });
    expect((await pool.fit(boosting(2), data)).trees.rootByTree.length).toBe(2);
  });

  it("rejects the call of a thread that is killed, runs what waited on a new one, and never hangs", async () => {
    open(1);
    const started = nextWorker();
    let progressed: () => void = () => {};
    const running = new Promise<void>((resolve) => {
      progressed = resolve;
    });
    const killed = pool.fit(boosting(100_000), data, { onProgress: () => progressed() });
    const waited = pool.fit(boosting(2), data);
    await running;
    const outcome = expect(killed).rejects.toMatchObject({ code: "LEARN_FIT_WORKER_DIED", retryable: true });
    await (await started).terminate();
    await outcome;
    expect((await waited).trees.rootByTree.length).toBe(2);
  });

  it("survives an idle thread that is killed, and an error that nobody foresaw", async () => {
    open(1);
    const started = nextWorker();
    const model = await pool.fit(boosting(2), data);
    await (await started).terminate();
    const broken = { ...model, trees: { ...model.trees, coverByNode: null as unknown as Float64Array } };
    await expect(pool.explain(broken, matrix)).rejects.toMatchObject({ code: "LEARN_FIT_WORKER_DIED" });
    expect((await pool.fit(boosting(2), data)).trees.rootByTree.length).toBe(2);
  });

  it("ends a call whose progress function throws, with that error", async () => {
    open(1);
    const failing = pool.fit(boosting(100_000), data, {
      onProgress: () => {
        throw new RangeError("mine");
      },
    });
    await expect(failing).rejects.toThrow(new RangeError("mine"));
    expect((await pool.fit(boosting(2), data)).trees.rootByTree.length).toBe(2);
  });

  it("rejects what runs, waits and comes when it is closed", async () => {
    open(1);
    const closed = { code: "LEARN_FIT_POOL_CLOSED" };
    const running = expect(pool.fit(boosting(100_000), data)).rejects.toMatchObject(closed);
    const waiting = expect(pool.fit(boosting(2), data)).rejects.toMatchObject(closed);
    await pool.close();
    await Promise.all([running, waiting]);
    await expect(pool.fit(boosting(2), data)).rejects.toMatchObject(closed);
    await pool.close();
  });

  it("reads data that already lie in shared memory without copying them", async () => {
    open(1);
    const shared = columns.map((column) => {
      const copy = new Float64Array(new SharedArrayBuffer(column.byteLength));
      copy.set(column);
      return copy;
    });
    const model = await pool.fit(boosting(3), { ...data, matrix: { ...matrix, columns: shared } });
    expect(model).toEqual(fitModel(boosting(3), data));
  });
});
