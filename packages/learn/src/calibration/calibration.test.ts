import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerOutputs, answersOf } from "../bundle/outputs.js";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { decisionThreshold } from "./decision-threshold.js";
import { type AnswerOptions, fitAnswerParts } from "./fit-answer-parts.js";
import { fitIsotonic } from "./isotonic.js";
import { splitConformal } from "./split-conformal.js";

const nothing: AnswerOptions = { calibrate: null, interval: null, decide: null };

describe("fitIsotonic", () => {
  it("never falls, has ascending scores, and is nearer to the outcomes than any constant", () => {
    const row = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const { score, probability } = fitIsotonic(
          Float64Array.from(rows, ([value]) => value),
          Uint8Array.from(rows, ([, flag]) => Number(flag)),
        );
        for (let point = 1; point < score.length; point++) {
          expect(score[point]).toBeGreaterThan(score[point - 1]);
          expect(probability[point]).toBeGreaterThanOrEqual(probability[point - 1]);
        }
        expect(Math.min(...probability)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...probability)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("decisionThreshold", () => {
  const costOf = (probability: number[], second: number[], at: number, falseAlarm: number, missed: number) =>
    probability.reduce((sum, value, row) => {
      const named = value >= at;
      return sum + (named && second[row] === 0 ? falseAlarm : !named && second[row] === 1 ? missed : 0);
    }, 0);

  it("costs no more than any other threshold", () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 1 }));
    const cost = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), cost, cost, (rows, falseAlarm, missed) => {
        const probability = rows.map(([value]) => value / 8);
        const second = rows.map(([, flag]) => flag);
        const at = decisionThreshold(Float64Array.from(probability), Uint8Array.from(second), { falseAlarm, missed });
        expect(at >= 0 && at <= 1).toBe(true);
        const own = costOf(probability, second, at, falseAlarm, missed);
        // Above 1 no row is named; a threshold of 1 still names certain rows, which is the one answer that it cannot give.
        for (let step = 0; step <= 16; step++) {
          expect(own).toBeLessThanOrEqual(costOf(probability, second, step / 16, falseAlarm, missed));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is where honest probabilities have it when the rows do not say otherwise", () => {
    const probability = Float64Array.of(0.05, 0.9);
    expect(decisionThreshold(probability, Uint8Array.of(0, 1), { falseAlarm: 1, missed: 4 })).toBeCloseTo(0.2, 12);
  });
});

describe("splitConformal", () => {
  it("holds the truth of new rows as often as it says", () => {
    const random = createRandom(3);
    const draw = (count: number) => Float64Array.from({ length: count }, () => random.next() * random.next() * 10);
    let held = 0;
    let asked = 0;
    for (let round = 0; round < 40; round++) {
      const { below, above } = splitConformal(draw(199), new Float64Array(199), 0.9);
      for (const truth of draw(200)) {
        asked++;
        if (truth >= below && truth <= above) held++;
      }
    }
    expect(held / asked).toBeGreaterThan(0.885);
    expect(held / asked).toBeLessThan(0.92);
  });

  it("takes the outermost errors where the rows just suffice, and says how many it needs", () => {
    const truth = Float64Array.from({ length: 19 }, (_, row) => row - 9);
    expect(splitConformal(truth, new Float64Array(19), 0.9)).toEqual({ coverage: 0.9, below: -9, above: 9 });
    expect(() => splitConformal(truth.subarray(1), new Float64Array(18), 0.9)).toThrow(
      expect.objectContaining({ code: "LEARN_CALIBRATION_UNFIT", message: expect.stringContaining("needs 19 rows") }),
    );
  });
});

describe("fitAnswerParts", () => {
  const random = createRandom(9);
  const rows = 600;
  const x = Float64Array.from({ length: rows }, () => random.next() * 4 - 2);
  const matrix = { names: ["x"], rowCount: rows, columns: [x] };
  const target = (count: number): Extract<Target, { kind: "class" }> => ({
    kind: "class",
    codes: Int32Array.from(x, (value) =>
      Math.min(count - 1, Math.max(0, Math.floor((value + 2 + 2 * random.next() - 1) / (4 / count)))),
    ),
    classes: ["a", "b", "c"].slice(0, count),
  });
  /** Twice as sure as it should be. */
  const overSure = (model: FittedModel, raw: Float64Array[]) =>
    model.space === "probability" ? raw : raw.map((values) => values.map((value) => 2 * value));

  it.each([
    ["isotonic", 2, "linear"],
    ["platt", 2, "linear"],
    ["isotonic", 3, "linear"],
    ["platt", 3, "linear"],
    ["platt", 2, "dummy"],
  ] as const)(
    "%s of %i classes by a %s model: probabilities sum to 1 and are as honest as the rows allow",
    (calibrate, count, learner) => {
      const classes = target(count);
      const model = fitModel({ learner, parameters: {} }, { matrix, target: classes });
      const raw = overSure(
        model,
        Array.from({ length: model.trees.outputCount }, (_, output) => rawOf(model, x, output)),
      );
      const parts = fitAnswerParts(model, raw, classes, { ...nothing, calibrate });
      const outputs = answerOutputs({ model, ...parts }, raw);
      if (outputs.task !== "classification") throw new Error("no classes");
      for (let row = 0; row < rows; row++) {
        expect(outputs.probability.reduce((sum, values) => sum + values[row], 0)).toBeCloseTo(1, 12);
      }
      outputs.probability.forEach((values, own) => {
        const expected = classes.codes.filter((code) => code === own).length / rows;
        expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / rows - expected)).toBeLessThan(0.05);
      });
    },
  );

  it("answers carry the interval and the class that costs decide for", () => {
    const number: Target = { kind: "number", values: x.map((value) => 3 * value) };
    const model = fitModel({ learner: "linear", parameters: { l2: 100 } }, { matrix, target: number });
    const raw = [rawOf(model, x, 0)];
    const parts = fitAnswerParts(model, raw, number, { ...nothing, interval: { coverage: 0.8 } });
    const [answer] = answersOf(answerOutputs({ model, ...parts }, raw));
    expect(answer).toMatchObject({ value: raw[0][0], interval: { coverage: 0.8 } });
    const classes = target(2);
    const logistic = fitModel({ learner: "linear", parameters: {} }, { matrix, target: classes });
    const odds = [rawOf(logistic, x, 0)];
    const decided = fitAnswerParts(logistic, odds, classes, { ...nothing, decide: { falseAlarm: 1, missed: 20 } });
    expect(decided.decisionThreshold).toBeLessThan(0.2);
    const named = (own: object) =>
      answersOf(answerOutputs({ model: logistic, ...own }, odds)).filter((one) => "label" in one && one.label === "b");
    expect(named(decided).length).toBeGreaterThan(named({}).length);
  });

  it.each([
    ["there is no row", { ...nothing, calibrate: "platt" }, target(2), 0],
    ["no row is of class", { ...nothing, calibrate: "platt" }, { ...target(2), codes: new Int32Array(rows) }, rows],
    ["an interval is for numbers", { ...nothing, interval: { coverage: 0.9 } }, target(2), rows],
    ["neither calibrated nor decided", { ...nothing, calibrate: "platt" }, { kind: "number", values: x }, rows],
    ["costs are numbers above 0", { ...nothing, decide: { falseAlarm: 0, missed: 1 } }, target(2), rows],
    ["between 0 and 1", { ...nothing, interval: { coverage: 1 } }, { kind: "number", values: x }, rows],
  ] as [string, AnswerOptions, Target, number][])("refuses: %s", (problem, options, wanted, count) => {
    const model = fitModel(
      { learner: "linear", parameters: {} },
      { matrix, target: wanted.kind === "number" ? wanted : target(2) },
    );
    const raw = [rawOf(model, x, 0).subarray(0, count)];
    expect(() => fitAnswerParts(model, raw, wanted, options)).toThrow(
      expect.objectContaining({ code: "LEARN_CALIBRATION_UNFIT", message: expect.stringContaining(problem) }),
    );
  });
});

function rawOf({ linear, trees }: FittedModel, x: Float64Array, output: number): Float64Array {
  return x.map((value) => trees.baseByOutput[output] + (linear?.weights[output] ?? 0) * value);
}
