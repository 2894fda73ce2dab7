import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gridSearch } from "./grid-search.js";
import { randomSearch } from "./random-search.js";
import { resolveParameters } from "./resolve-parameters.js";
import { bestOf, report, startSearch, suggest } from "./search.js";
import type { SearchSpace } from "./search-space.js";
import type { SearchKind, SearchState, SearchTrial } from "./search-state.js";
import { USUAL_RUNGS } from "./successive-halving.js";

const space: SearchSpace = {
  learner: "gradientBoosting",
  parameters: {
    trees: 400,
    learningRate: { range: "logBetween", low: 0.001, high: 0.3 },
    leaves: { range: "between", low: 4, high: 64 },
    rowShare: { range: "between", low: 0.5, high: 1 },
    fitOn: { range: "oneOf", values: ["log1p", "value"] },
  },
};

/** A bowl with its bottom at learning rate 0.03, 20 leaves, row share 0.8 and log1p. */
function bowl({ specification }: SearchTrial): number {
  const { learningRate, leaves, rowShare, fitOn } = resolveParameters("gradientBoosting", specification.parameters);
  const terms = [Math.log(learningRate / 0.03) / 2, (leaves - 20) / 20, (rowShare - 0.8) * 4, fitOn === "log1p" ? 0 : 0.7];
  return terms.reduce((sum, term) => sum + term * term, 0);
}

/** Runs a search to its end; `atOnce` trials run before the first of them is reported. */
function run(start: SearchState, score: (trial: SearchTrial) => number | null = bowl, atOnce = 1): SearchState {
  let state = start;
  const running: SearchTrial[] = [];
  for (;;) {
    const next = running.length < atOnce ? suggest(state) : null;
    if (next !== null) {
      state = next.state;
      running.push(next.trial);
      continue;
    }
    const trial = running.shift();
    if (trial === undefined) return state;
    state = report(state, { number: trial.number, score: score(trial) });
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
const search = (kind: SearchKind, trials: number, seed: number) => startSearch(space, { kind, better: "lower", trials, seed });

describe("search", () => {
  it("tpe finds the bottom of a bowl that random search comes nowhere near, one trial at a time or four", () => {
    const seeds = [0, 1, 2, 3, 4, 5, 6];
    const bestBy = (kind: SearchKind, atOnce: number) =>
      median(seeds.map((seed) => bestOf(run(search(kind, 50, seed), bowl, atOnce))?.score ?? Number.POSITIVE_INFINITY));
    const random = bestBy("random", 1);
    expect(bestBy("tpe", 1)).toBeLessThan(random / 3);
    expect(bestBy("tpe", 4)).toBeLessThan(random / 2);
  });

  it("a state that was stored and read goes on as if nothing had happened", () => {
    const whole = run(search("tpe", 25, 3));
    let half = search("tpe", 25, 3);
    for (let trial = 0; trial < 14; trial++) {
      const next = suggest(half);
      if (next === null) throw new Error("too few trials");
      half = report(next.state, { number: next.trial.number, score: bowl(next.trial) });
    }
    expect(run(JSON.parse(JSON.stringify(half)) as SearchState)).toEqual(whole);
    expect(run(search("tpe", 25, 4)).records).not.toEqual(whole.records);
  });

  it.each<SearchKind>(["tpe", "random", "grid"])("%s suggests only what the learner accepts, and nothing twice", (kind) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 5 }), (seed, atOnce) => {
        const { records } = run(search(kind, 22, seed), (trial) => (trial.number % 5 === 4 ? null : bowl(trial)), atOnce);
        expect(new Set(records.map(({ specification }) => JSON.stringify(specification))).size).toBe(records.length);
        for (const { specification, state } of records) {
          const { leaves, learningRate, trees } = resolveParameters("gradientBoosting", specification.parameters);
          expect(leaves >= 4 && leaves <= 64 && learningRate >= 0.001 && learningRate <= 0.3 && trees === 400).toBe(true);
          expect(state).not.toBe("running");
        }
        expect(records.length).toBe(kind === "grid" ? records.length : 22);
      }),
      { numRuns: 12 },
    );
  });

  it("random suggests what randomSearch lists", () => {
    const listed = randomSearch(space, 12, 7);
    expect(run(search("random", 12, 7)).records.map(({ specification }) => specification)).toEqual(listed);
  });

  it("ends when a small space is used up, and knows no best where nothing could be measured", () => {
    const small: SearchSpace = { learner: "randomForest", parameters: { balance: { range: "oneOf", values: [true, false] } } };
    const start = startSearch(small, { better: "higher", trials: 30 });
    const leaves: SearchSpace = { learner: "gradientBoosting", parameters: { leaves: { range: "between", low: 2, high: 31 } } };
    expect(run(startSearch(leaves, { better: "lower", trials: 60 }), ({ number }) => number).records.length).toBeGreaterThan(26);
    const ended = run(start, () => null);
    expect(ended.records.map(({ state }) => state)).toEqual(["failed", "failed"]);
    expect(bestOf(ended)).toBeNull();
    expect(bestOf(run(start, ({ number }) => number))?.number).toBe(1);
    expect(bestOf(run(start, () => Number.NaN))).toBeNull();
  });
});

describe("successive halving", () => {
  const pruned = startSearch(space, { better: "lower", trials: 60, seed: 1, rungs: USUAL_RUNGS });

  it("gives most trials a ninth of the effort, and the best of them a third, then all", () => {
    const { records } = run(pruned, (trial) => bowl(trial) + (1 - trial.budget));
    const count = (budget: number) => records.filter((record) => Math.abs(record.budget - budget) < 1e-9).length;
    expect(count(1 / 9) + count(1 / 3) + count(1)).toBe(60);
    expect(count(1 / 9)).toBeGreaterThan(35);
    expect(count(1)).toBeGreaterThanOrEqual(3);
    for (const { budget, first, specification } of records) {
      if (budget > 0.2) expect(specification).toEqual(records[first].specification);
    }
    const full = records.filter(({ budget }) => budget === 1).map(({ score }) => score);
    expect(bestOf({ ...pruned, records })?.score).toBe(Math.min(...full.map(Number)));
  });

  it("promotes the best third of a budget, and none twice", () => {
    const { records } = run(pruned);
    const promoted = records.filter(({ budget }) => budget > 0.2 && budget < 0.9).map(({ first }) => first);
    expect(new Set(promoted).size).toBe(promoted.length);
    const scores = records.filter(({ budget }) => budget < 0.2).map(({ score }) => Number(score));
    const middle = median([...scores]);
    for (const first of promoted) expect(Number(records[first].score)).toBeLessThanOrEqual(Math.max(middle, scores[0]));
  });
});

describe("a search that prunes with few trials", () => {
  it("gives the last of them the full budget", () => {
    const few = run(startSearch(space, { better: "lower", trials: 7, seed: 1, rungs: USUAL_RUNGS }), bowl, 2);
    expect(few.records.at(-1)?.budget).toBe(1);
    expect(bestOf(few)?.number).toBe(6);
  });
});

describe("gridSearch", () => {
  it("takes as many steps of each range as the trials allow, ends included", () => {
    const trials = gridSearch(space, 40).map(({ parameters }) => parameters);
    expect(trials.length).toBe(36);
    expect([...new Set(trials.map(({ leaves }) => leaves))]).toEqual([4, 34, 64]);
    expect([...new Set(trials.map(({ rowShare }) => rowShare))]).toEqual([0.5, 1]);
    expect([...new Set(trials.map(({ fitOn }) => fitOn))]).toEqual(["log1p", "value"]);
  });

  it("never takes more steps than a range of whole numbers has, and keeps small ones distinct", () => {
    const one: SearchSpace = { learner: "gradientBoosting", parameters: { leaves: { range: "logBetween", low: 2, high: 6 } } };
    expect(gridSearch(one, 50).map(({ parameters }) => parameters.leaves)).toEqual([2, 3, 4, 5, 6]);
  });

  it("is cut where lists alone are too many", () => {
    expect(gridSearch(space, 1).length).toBe(1);
  });
});
