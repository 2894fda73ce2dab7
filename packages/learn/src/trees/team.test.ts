import { describe, expect, it } from "vitest";
import { controlAt } from "../kernels/layout.js";
import { createEngine } from "../kernels/load-kernels.js";
import { argumentAt, operations } from "./operations.js";
import { abortFit, closeFit, help, isDeserted, openFit, recallHelper, Team } from "./team.js";

const VALUES = 60_000;
const TABLE = 4_096;

/** Four leaves of one row each, to whose scores 1 is added. */
function prepared(beforeChunk: (ints: Int32Array<ArrayBufferLike>) => void = () => {}) {
  const own = createEngine("shared");
  own.memory.grow(1);
  const ints = new Int32Array(own.memory.buffer);
  const doubles = new Float64Array(own.memory.buffer);
  const kernels: typeof own.kernels = {
    ...own.kernels,
    addToRows: (scores, index, count, value) => {
      beforeChunk(ints);
      own.kernels.addToRows(scores, index, count, value);
    },
  };
  for (let leaf = 0; leaf < 4; leaf++) {
    ints[(TABLE >> 2) + 4 * leaf] = TABLE + 1_024 + 4 * leaf;
    ints[(TABLE >> 2) + 4 * leaf + 1] = 1;
    doubles[(TABLE >> 3) + 2 * leaf + 1] = 1;
    ints[(TABLE + 1_024 + 4 * leaf) >> 2] = leaf;
  }
  const epoch = openFit(ints);
  ints[argumentAt(0)] = VALUES;
  ints[argumentAt(1)] = TABLE;
  const crew = { kernels, ints, doubles, thread: 1 };
  const scores = () => [...doubles.subarray(VALUES >> 3, (VALUES >> 3) + 4)];
  return { engine: { ...own, kernels }, ints, epoch, crew, scores };
}

describe("a team", () => {
  it("does every chunk once where nobody comes to help", () => {
    const { engine, scores } = prepared();
    new Team(engine, 2).run(operations.add, 4, true);
    expect(scores()).toEqual([1, 1, 1, 1]);
  });

  it("ends with a code when a helper died with a chunk in its hands", () => {
    let isFirst = true;
    const { engine, ints } = prepared((words) => {
      if (!isFirst) return;
      isFirst = false;
      Atomics.add(words, controlAt.ticket, 1);
      abortFit(words);
    });
    const { run } = Team.prototype;
    expect(() => run.call(new Team(engine, 2), operations.add, 4, true)).toThrow(
      expect.objectContaining({ code: "LEARN_FIT_WORKER_DIED", retryable: true }),
    );
    expect(Atomics.load(ints, controlAt.done)).toBe(3);
  });

  it("lets helpers go when the fit has ended, when they are sent for, and when another died", () => {
    const ended = prepared();
    closeFit(ended.ints);
    help(ended.crew, ended.epoch);
    expect(isDeserted(ended.ints)).toBe(true);
    const recalled = prepared();
    recallHelper(recalled.ints, 1);
    help(recalled.crew, recalled.epoch);
    const aborted = prepared();
    abortFit(aborted.ints);
    help(aborted.crew, aborted.epoch);
    expect(aborted.scores()).toEqual([0, 0, 0, 0]);
  });

  it("has a helper do what is there before it looks up", () => {
    const { ints, crew, epoch, scores } = prepared((words) => {
      if ((Atomics.load(words, controlAt.ticket) & 2_047) === 4) closeFit(words);
    });
    Atomics.store(ints, controlAt.operation, operations.add);
    Atomics.store(ints, controlAt.ticket, 4 << 11);
    help(crew, epoch);
    expect(scores()).toEqual([1, 1, 1, 1]);
    expect(Atomics.load(ints, controlAt.done)).toBe(4);
  });
});
