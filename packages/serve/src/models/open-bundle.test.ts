import { encodeBundle, type LearnerSpecification } from "@atalaya/learn";
import { describe, expect, it } from "vitest";
import type { AdditiveParts, Explanation } from "../answers/explanation.js";
import type { Prediction } from "../answers/prediction.js";
import { encodeHomes, type HomeTask, homeBundle } from "../test/home-bundles.js";
import { openBundle, openTrustedBundle } from "./open-bundle.js";

const boosting = (parameters: LearnerSpecification["parameters"] = {}): LearnerSpecification => ({
  learner: "gradientBoosting",
  parameters: { trees: 20, leaves: 8, minLeafRows: 5, ...parameters },
});
const forest: LearnerSpecification = { learner: "randomForest", parameters: { trees: 10, depth: 5 } };
const isolation: LearnerSpecification = { learner: "isolationForest", parameters: { trees: 20, rowsPerTree: 64 } };

const rows = [
  { bed: 3, bath: 2, houseSize: 1_700, state: "Utah", listedAt: "2026-05-01T00:00:00Z" },
  { bed: 0, state: "Atlantis" },
  { bed: 6, bath: null, houseSize: null, state: null },
];

function answer(bytes: Uint8Array) {
  const model = openBundle(bytes);
  const { frame, problems } = model.read(rows);
  expect(problems).toEqual([]);
  return { model, predictions: model.predict(frame), explanations: model.explain(frame) };
}

function expectSum({ base, output, effects }: AdditiveParts): void {
  const sum = effects.reduce((total, { effect }) => total + effect, base);
  const largest = effects.reduce(
    (most, { effect }) => Math.max(most, Math.abs(effect)),
    Math.max(Math.abs(base), Math.abs(output)),
  );
  expect(Math.abs(sum - output)).toBeLessThanOrEqual(1e-9 * largest);
}

function numberOf(prediction: Prediction, label: string | null): number {
  if ("value" in prediction) return prediction.value;
  return "score" in prediction ? prediction.score : prediction.probability[label!]!;
}

const cases: readonly [what: string, HomeTask, LearnerSpecification, Explanation["space"]][] = [
  ["boosting of a price", "price", boosting(), "value"],
  ["boosting of the logarithm of a price", "price", boosting({ fitOn: "log1p" }), "log1p"],
  ["boosting of two classes", "dear", boosting(), "logOdds"],
  ["boosting of three classes", "class", boosting(), "softmax"],
  ["a forest of a price", "price", forest, "value"],
  ["a forest of three classes", "class", forest, "probability"],
  ["an isolation forest", "unusual", isolation, "pathLength"],
];

describe.each(cases)("a bundle of %s", (_what, task, specification, space) => {
  const { model, predictions, explanations } = answer(encodeHomes(task, specification));

  it("explains the same to the bit alone and among others, on this thread and another, once it is prepared", () => {
    const prepared = openBundle(encodeHomes(task, specification));
    const steps = prepared.prepareExplanations?.();
    let taken = 0;
    while (steps?.next().done === false) taken++;
    expect(taken).toBeGreaterThan(1);
    const together = prepared.explain(prepared.read(rows).frame);
    const alone = rows.map((row) => prepared.predictExplained?.(prepared.read([row]).frame, "both"));
    expect(alone.map((one) => one?.explanations[0])).toEqual(together);
    expect(alone.map((one) => one?.predictions[0])).toEqual(predictions);
    const elsewhere = openTrustedBundle(encodeHomes(task, specification));
    const many = Array.from({ length: 300 }, (_, row) => rows[row % rows.length]);
    expect(elsewhere.explain(elsewhere.read(many).frame).slice(0, rows.length)).toEqual(together);
    for (const explanation of together) expectSum(explanation);
  });

  it("writes many predictions as JSON writes their objects", () => {
    const { frame } = model.read(rows);
    expect(model.writePredictions?.(frame, "list", "")).toBe(
      predictions.map((prediction) => JSON.stringify(prediction)).join(","),
    );
  });

  it("explains in its space, and the effects sum to the output", () => {
    for (const explanation of explanations) {
      expect(explanation.space).toBe(space);
      expect(explanation.meaning.length).toBeGreaterThan(10);
      expect(explanation.effects).toHaveLength(6);
      expectSum(explanation);
    }
  });

  it("explains on the scale of its answers, and the effects sum to the prediction", () => {
    for (const [row, { onAnswerScale, label }] of explanations.entries()) {
      if (space === "softmax") {
        expect(onAnswerScale).toBeNull();
        continue;
      }
      expectSum(onAnswerScale!);
      expect(onAnswerScale!.output).toBeCloseTo(numberOf(predictions[row]!, label), 12);
      expect(onAnswerScale!.effects).toHaveLength(6);
    }
  });

  it("names the strongest effects first, with the values of the row", () => {
    const { effects } = explanations[0]!;
    const sizes = effects.map(({ effect }) => Math.abs(effect));
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    const valueByFeature = Object.fromEntries(effects.map(({ feature, value }) => [feature, value]));
    expect(valueByFeature).toEqual({
      bed: 3,
      bath: 2,
      houseSize: 1_700,
      sizePerBed: 425,
      state: "Utah",
      listedAt: "2026-05-01T00:00:00.000Z",
    });
  });

  it("has an example that it can read, and says what it is", () => {
    expect(model.read([model.example]).problems).toEqual([]);
    expect(model.task).toBe(task === "price" ? "regression" : task === "unusual" ? "anomaly" : "classification");
  });
});

describe("predictions", () => {
  it("of numbers have the target's unit and learn what is there to learn", () => {
    const [utah] = answer(encodeHomes("price", boosting({ fitOn: "log1p" }))).predictions;
    expect(utah).toEqual({ value: expect.any(Number), unit: "USD" });
    expect((utah as { value: number }).value).toBeGreaterThan(200_000);
    expect((utah as { value: number }).value).toBeLessThan(340_000);
  });

  it("of classes have every probability, and they sum to 1", () => {
    for (const prediction of answer(encodeHomes("class", boosting())).predictions) {
      const { label, probability } = prediction as { label: string; probability: Record<string, number> };
      expect(Object.keys(probability)).toEqual(["low", "middle", "high"]);
      expect(Object.values(probability).reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
      expect(probability[label]).toBe(Math.max(...Object.values(probability)));
    }
  });

  it("of anomalies have score, threshold and alert", () => {
    for (const prediction of answer(encodeHomes("unusual", isolation)).predictions) {
      const { score, threshold, alert } = prediction as { score: number; threshold: number; alert: boolean };
      expect(alert).toBe(score >= threshold);
      expect(score).toBeGreaterThan(0);
    }
  });
});

describe("a bundle is refused", () => {
  it("that answers otherwise than it did", () => {
    const bundle = homeBundle("price", boosting());
    const outputs = bundle.replay.outputs.map((row, at) => (at === 5 ? row.map((output) => output * 1.000_001) : row));
    const bytes = encodeBundle({ ...bundle, replay: { ...bundle.replay, outputs } });
    expect(() => openBundle(bytes)).toThrow(/does not answer as it did.*replay row 5/);
  });

  it("that is damaged, cut short, or something else", () => {
    const bytes = encodeHomes("price", boosting());
    expect(() => openBundle(bytes.subarray(0, bytes.length - 9))).toThrow();
    expect(() => openBundle(new TextEncoder().encode("not a model"))).toThrow();
    expect(() => openBundle(new Uint8Array())).toThrow();
  });
});
