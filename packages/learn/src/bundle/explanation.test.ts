import { isAtalayaError } from "@atalaya/errors";
import { describe, expect, it } from "vitest";
import { explainRaw } from "../explain/explain.js";
import { prepareFeatures } from "../features/transform-features.js";
import { predictRaw } from "../trees/predict.js";
import { answerFactor, answerScaleOf } from "./answer-scale.js";
import { EXAMPLES, exampleBundle, homes } from "./example-bundles.test.data.js";
import { explainRows, inputsByFeature } from "./explanation.js";
import { createScorer } from "./scorer.js";

const sum = (effects: readonly { effect: number }[]) => effects.reduce((total, { effect }) => total + effect, 0);

function expectSum(part: {
  base: number;
  output: number;
  effects: readonly { effect: number }[];
  byInput: readonly { effect: number }[];
}) {
  const scale = Math.max(Math.abs(part.base), Math.abs(part.output));
  expect(Math.abs(part.base + sum(part.effects) - part.output)).toBeLessThanOrEqual(1e-9 * scale);
  expect(Math.abs(part.base + sum(part.byInput) - part.output)).toBeLessThanOrEqual(1e-9 * scale);
}

describe.each(EXAMPLES)("explanations in %s", (example) => {
  const bundle = exampleBundle(example);
  const scorer = createScorer(bundle);
  const frame = homes(30, 77);
  const explanations = scorer.explain(frame);

  it("sum to the raw output, by feature and by input", () => {
    const { matrix } = prepareFeatures(bundle.features)(frame);
    const raw = predictRaw(bundle.model, matrix);
    explanations.forEach((explanation, row) => {
      expect(explanation.space).toBe(example);
      expect(explanation.outputs.map(({ output }) => output)).toEqual(raw.map((values) => values[row]));
      explanation.outputs.forEach(expectSum);
    });
  });

  it("sum to the answer on its own scale, where there is one", () => {
    const answers = scorer.answer(frame);
    explanations.forEach(({ onAnswerScale }, row) => {
      if (onAnswerScale === null) {
        expect(["softmax", "probability"]).toContain(example);
        return;
      }
      expectSum(onAnswerScale);
      const answer = answers[row];
      if ("value" in answer) expect(onAnswerScale.output).toBe(answer.value);
      if ("score" in answer) expect(onAnswerScale.output).toBe(answer.score);
      if ("probability" in answer) expect(onAnswerScale.output).toBe(answer.probability.dear);
    });
  });

  it("name features with their values, and classes with their outputs", () => {
    const [first] = explanations;
    const names = ["bed", "size", "state", "sold", "perBed", "era"];
    expect(first.outputs[0].effects.map(({ feature }) => feature)).toEqual(names);
    const bed = frame.columns.get("bed");
    expect(first.outputs[0].effects[0].value).toBe(bed?.kind === "number" ? bed.values[0] : null);
    expect(first.outputs[0].byInput.map(({ input }) => input)).toEqual(["bed", "size", "state", "sold", "listed"]);
    const classes = { logOdds: ["dear"], softmax: ["cheap", "__proto__", "dear"], probability: ["cheap", "__proto__", "dear"] };
    expect(first.outputs.map((output) => output.class)).toEqual(classes[example as keyof typeof classes] ?? [null]);
  });
});

describe("effects of derived values", () => {
  it("are shared equally among the columns they read", () => {
    const { features } = exampleBundle("value");
    // perBed reads size and bed, era reads listed.
    expect(inputsByFeature(features)).toEqual([[0], [1], [2], [3], [1, 0], [4]]);
    const [{ outputs }] = createScorer(exampleBundle("value")).explain(homes(1, 4));
    const [{ effects, byInput }] = outputs;
    const effect = Object.fromEntries(effects.map((own) => [own.feature, own.effect]));
    expect(byInput[0].effect).toBeCloseTo(effect.bed + effect.perBed / 2, 9);
    expect(byInput[4].effect).toBeCloseTo(effect.era, 9);
  });
});

describe("answerFactor", () => {
  const scale = answerScaleOf(exampleBundle("log1p").model);

  it("is the secant, and the slope where effects cancel out", () => {
    expect(scale).not.toBeNull();
    if (scale === null) return;
    expect(answerFactor(scale, 10, 12)).toBeCloseTo((Math.expm1(12) - Math.expm1(10)) / 2, 6);
    expect(answerFactor(scale, 10, 10)).toBe(Math.exp(10));
    for (const distance of [1e-5, 1e-6, 9e-7, 1e-9, 1e-14]) {
      const exact = (Math.exp(12) * Math.expm1(distance)) / distance;
      expect(Math.abs(answerFactor(scale, 12, 12 + distance) / exact - 1)).toBeLessThan(1e-8);
    }
  });

  it("reverses effects on a path length: a shorter path is a higher score", () => {
    const paths = answerScaleOf(exampleBundle("pathLength").model);
    expect(paths === null ? 0 : answerFactor(paths, 6, 3)).toBeLessThan(0);
    expect(paths === null ? 0 : answerFactor(paths, 6, 6)).toBeLessThan(0);
  });
});

it("effects that do not sum to the output are refused", () => {
  const { features, model } = exampleBundle("value");
  const { values, matrix } = prepareFeatures(features)(homes(3));
  const explanation = explainRaw(model, matrix);
  const raw = predictRaw(model, matrix);
  explanation.effects[matrix.columns.length] += 1;
  try {
    explainRows(features, model, values, raw, explanation);
    expect.unreachable();
  } catch (error) {
    expect(isAtalayaError(error) && [error.code, error.details.row]).toEqual(["LEARN_EXPLANATION_NOT_ADDITIVE", 1]);
  }
});
