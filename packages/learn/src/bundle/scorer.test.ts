import { describe, expect, it } from "vitest";
import { transformFeatures } from "../features/transform-features.js";
import { rowAsJson } from "../frame/cell.js";
import { selectRows } from "../frame/select.js";
import { predictRaw } from "../trees/predict.js";
import { EXAMPLES, exampleBundle, homes } from "./example-bundles.test.data.js";
import { type Answer, answersOf, type ModelOutputs, outputsOf } from "./outputs.js";
import { createScorer, rawOutputs } from "./scorer.js";

const column = (...values: number[]) => Float64Array.from(values);
const fitted = (example: (typeof EXAMPLES)[number]) => exampleBundle(example).model;

function probabilityOf(outputs: ModelOutputs): readonly Float64Array[] {
  if (outputs.task !== "classification") throw new Error(`${outputs.task} has no probability`);
  return outputs.probability;
}

describe("outputsOf", () => {
  it("undoes the logarithm", () => {
    expect(outputsOf(fitted("log1p"), [column(Math.log1p(500_000))])).toEqual({
      task: "regression",
      values: column(Math.expm1(Math.log1p(500_000))),
    });
  });

  it("turns log-odds into two probabilities, small ones exact", () => {
    const probability = probabilityOf(outputsOf(fitted("logOdds"), [column(0, 50, -800)]));
    expect([...probability[1]]).toEqual([0.5, 1, 0]);
    expect(probability[0][1]).toBeCloseTo(Math.exp(-50), 30);
    expect(probability[0][1]).toBeGreaterThan(0);
  });

  it("turns scores per class into probabilities that sum to 1, however large", () => {
    const probability = probabilityOf(outputsOf(fitted("softmax"), [column(1, 1e6), column(1, 0), column(1, 1e6)]));
    expect(probability.map((values) => values[0])).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(probability.map((values) => values[1])).toEqual([0.5, 0, 0.5]);
  });

  it("scores short paths as strange, and alerts from the threshold on", () => {
    const { isolation } = fitted("pathLength");
    const outputs = outputsOf(fitted("pathLength"), [column(0, 1e3)]);
    expect(answersOf(outputs)).toEqual([
      { score: 1, alert: true, threshold: isolation?.alertThreshold },
      { score: expect.any(Number), alert: false, threshold: isolation?.alertThreshold },
    ]);
    expect(answersOf({ task: "anomaly", scores: column(0.5, 0.49), alertThreshold: 0.5 })).toEqual([
      { score: 0.5, alert: true, threshold: 0.5 },
      { score: 0.49, alert: false, threshold: 0.5 },
    ]);
  });
});

describe("answersOf", () => {
  it("labels the most probable class, the first of equals, by any name", () => {
    const classes = ["no", "__proto__"];
    const probability = [column(0.5, 0.2), column(0.5, 0.8)];
    const answers = answersOf({ task: "classification", classes, probability }) as { label: string; probability: object }[];
    expect(answers.map(({ label }) => label)).toEqual(["no", "__proto__"]);
    expect(Object.entries(answers[1].probability)).toEqual([
      ["no", 0.2],
      ["__proto__", 0.8],
    ]);
  });
});

describe.each(EXAMPLES)("a scorer of %s", (example) => {
  const bundle = exampleBundle(example);
  const scorer = createScorer(bundle);
  const frame = homes(60, 21);

  it("answers a row alone as among others", () => {
    const together = scorer.answer(frame);
    const alone = Array.from({ length: 60 }, (_, row): Answer => scorer.answer(selectRows(frame, [row]))[0]);
    expect(alone).toEqual(together);
    const matrix = transformFeatures(bundle.features, selectRows(frame, [3, 4]));
    expect(rawOutputs(bundle.model, matrix)).toEqual(predictRaw(bundle.model, matrix));
  });

  it("answers a request row alone, without a frame, to the bit", () => {
    const rows: unknown[] = Array.from({ length: 60 }, (_, row) => rowAsJson(frame, row));
    rows.push({ bed: 2, state: "Atlantis" }, { bed: 3, size: null, listed: "2020-02-29T12:00:00Z" }, { bed: 1, sold: undefined });
    const expected = rows.map((row) => scorer.answer(scorer.read([row]).frame)[0]);
    expect(rows.map((row) => scorer.answerRow(row))).toEqual(expected);
  });

  it("leaves a row with a problem to read", () => {
    const broken: unknown[] = [
      null,
      [],
      3,
      "x",
      {},
      { bed: null },
      { bed: 1.5 },
      { bed: -1 },
      { bed: 1, color: "red" },
      { bed: "1" },
    ];
    broken.push({ bed: 1, sold: 1 }, { bed: 1, listed: "soon" }, { bed: 1, state: 4 }, { bed: 1, size: Number.NaN });
    for (const row of broken) {
      expect(scorer.read([row]).problems.length).toBeGreaterThan(0);
      expect(scorer.answerRow(row)).toBeNull();
    }
    expect(scorer.answerRow(JSON.parse('{"bed": 1, "__proto__": 2}'))).toBeNull();
  });

  it("answers nothing for no rows", () => {
    expect(scorer.answer(selectRows(frame, []))).toEqual([]);
    expect(scorer.explain(selectRows(frame, []))).toEqual([]);
  });

  it("answers rows with unseen levels and missing optional fields", () => {
    const { frame: odd, problems } = scorer.read([{ bed: 2, state: "Atlantis" }, { bed: 0 }]);
    expect(problems).toEqual([]);
    const [answer] = scorer.answer(odd);
    for (const value of Object.values(answer)) if (typeof value === "number") expect(value).not.toBeNaN();
    expect(scorer.explain(odd).length).toBe(2);
  });
});
