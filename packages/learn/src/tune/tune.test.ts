import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LearnerName } from "../model/model.js";
import { parameterSchema } from "./parameter-schema.js";
import { randomSearch } from "./random-search.js";
import { resolveParameters } from "./resolve-parameters.js";

describe("resolveParameters", () => {
  it("fills in defaults that the schema itself accepts", () => {
    for (const learner of Object.keys(parameterSchema) as LearnerName[]) {
      const defaults = resolveParameters(learner, {});
      expect(resolveParameters(learner, { ...defaults })).toEqual(defaults);
      expect(Object.keys(defaults)).toEqual(Object.keys(parameterSchema[learner]));
    }
  });

  it("names the parameter that a mistyped one most likely means", () => {
    expect(() => resolveParameters("gradientBoosting", { learnRate: 0.1 })).toThrow(
      expect.objectContaining({
        code: "LEARN_PARAMETER_UNKNOWN",
        message: 'gradientBoosting has no parameter "learnRate".',
        hint: 'Did you mean "learningRate"?',
      }),
    );
    expect(() => resolveParameters("randomForest", { toString: 1 })).toThrow(
      expect.objectContaining({ code: "LEARN_PARAMETER_UNKNOWN" }),
    );
    expect(() => resolveParameters("gradientBosting" as LearnerName, { x: 1 })).toThrow(
      expect.objectContaining({ code: "LEARN_LEARNER_UNKNOWN", hint: 'Did you mean "gradientBoosting"?' }),
    );
  });

  it.each<[LearnerName, string, number | string | boolean, string]>([
    ["gradientBoosting", "trees", 0, "a whole number from 1 to 100000"],
    ["gradientBoosting", "trees", 1.5, "a whole number from 1 to 100000"],
    ["gradientBoosting", "learningRate", Number.NaN, "a number from 0.000001 to 1"],
    ["gradientBoosting", "rowShare", 1.1, "a number from 0.001 to 1"],
    ["gradientBoosting", "fitOn", "log", '"value" or "log1p"'],
    ["gradientBoosting", "leaves", "31", "a whole number from 2 to 65536"],
    ["randomForest", "balance", 1, "true or false"],
    ["isolationForest", "contamination", "Auto", 'a number from 0 to 0.5, or "auto"'],
  ])("%s refuses %s = %s and says what it takes", (learner, parameter, value, expected) => {
    expect(() => resolveParameters(learner, { [parameter]: value })).toThrow(
      expect.objectContaining({ code: "LEARN_PARAMETER_INVALID", details: { learner, parameter, value, expected } }),
    );
  });
});

describe("randomSearch", () => {
  const space = {
    learner: "gradientBoosting" as const,
    parameters: {
      trees: 400,
      learningRate: { range: "logBetween" as const, low: 0.001, high: 0.1 },
      leaves: { range: "between" as const, low: 40, high: 60 },
      minLeafRows: { range: "between" as const, low: 5, high: 40 },
      fitOn: { range: "oneOf" as const, values: ["log1p", "value"] },
    },
  };

  it("tries first what a person would: the default where it is in range, else the middle", () => {
    const [first] = randomSearch(space, 1, 9);
    const middle = { range: "logBetween" as const, low: 1e-4, high: 1e-2 };
    expect(first.parameters).toEqual({ trees: 400, learningRate: 0.1, leaves: 50, minLeafRows: 20, fitOn: "value" });
    const [other] = randomSearch({ ...space, parameters: { learningRate: middle } }, 1, 9);
    expect(other.parameters.learningRate).toBeCloseTo(1e-3, 12);
  });

  it("draws within the ranges, integers whole, the same for the same seed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const trials = randomSearch(space, 12, seed);
        expect(trials.length).toBe(12);
        expect(randomSearch(space, 12, seed)).toEqual(trials);
        for (const { learner, parameters } of trials) {
          expect(learner).toBe("gradientBoosting");
          const { leaves, learningRate, trees } = resolveParameters("gradientBoosting", parameters);
          expect(leaves).toBeGreaterThanOrEqual(40);
          expect(leaves).toBeLessThanOrEqual(60);
          expect(learningRate).toBeLessThanOrEqual(0.1);
          expect(learningRate).toBeGreaterThanOrEqual(0.001);
          expect(trees).toBe(400);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("spreads a logarithmic range over its orders of magnitude, ends of integer ranges as likely as the rest", () => {
    const trials = randomSearch(space, 400, 1).map(({ parameters }) => parameters as Record<string, number>);
    const low = trials.filter(({ learningRate }) => learningRate < 0.01).length;
    expect(Math.abs(low - 200)).toBeLessThan(40);
    expect(trials.filter(({ leaves }) => leaves === 40).length).toBeGreaterThan(6);
    expect(new Set(trials.map(({ leaves }) => leaves)).size).toBe(21);
  });

  it("never repeats a trial: a small space is used up", () => {
    const small = {
      learner: "randomForest" as const,
      parameters: { balance: { range: "oneOf" as const, values: [true, false] } },
    };
    expect(randomSearch(small, 20, 1).map(({ parameters }) => parameters.balance)).toEqual([false, true]);
    expect(randomSearch({ learner: "isolationForest", parameters: { trees: 50 } }, 20, 1).length).toBe(1);
  });

  it.each([
    ["RANGE_INVALID", { leaves: { range: "between", low: 9, high: 8 } }],
    ["RANGE_INVALID", { l2: { range: "logBetween", low: 0, high: 8 } }],
    ["RANGE_INVALID", { fitOn: { range: "between", low: 0, high: 8 } }],
    ["RANGE_INVALID", { fitOn: { range: "oneOf", values: [] } }],
    ["PARAMETER_INVALID", { leaves: { range: "between", low: 1, high: 8 } }],
    ["PARAMETER_INVALID", { fitOn: { range: "oneOf", values: ["value", "log"] } }],
    ["PARAMETER_UNKNOWN", { leafs: { range: "between", low: 2, high: 8 } }],
  ] as const)("refuses with %s what cannot be searched: %j", (code, parameters) => {
    expect(() => randomSearch({ learner: "gradientBoosting", parameters }, 3, 1)).toThrow(
      expect.objectContaining({ code: `LEARN_${code}` }),
    );
  });
});
