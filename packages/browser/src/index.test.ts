import { buildBundle, type ColumnSchema, encodeBundle, fitFeatures, fitModel, rowsToFrame } from "@atalaya/learn";
import { describe, expect, it } from "vitest";
import { openModel } from "./index.js";

const inputs: readonly ColumnSchema[] = [
  { name: "bed", from: ["bed"], type: "integer", min: 0, optional: false },
  { name: "state", from: ["state"], type: "category", optional: true },
];

/** A model of homes, 100,000 a bed and 50,000 more in Utah. */
function homes(): Uint8Array {
  const rows = Array.from({ length: 200 }, (_, row) => ({ bed: row % 6, state: row % 3 === 0 ? "Utah" : "Ohio" }));
  const values = Float64Array.from(rows, ({ bed, state }) => 100_000 * bed + (state === "Utah" ? 50_000 : 0));
  const { frame } = rowsToFrame(inputs, rows);
  const target = { kind: "number" as const, values };
  const features = [
    { name: "bed", encoder: { kind: "number" as const } },
    { name: "state", encoder: { kind: "levels" as const, levels: null } },
  ];
  const { fitted, trainingMatrix } = fitFeatures({ inputs, derived: [], features }, frame, target, { seed: 1, fitOn: "value" });
  const parameters = { trees: 60, leaves: 8, minLeafRows: 1, learningRate: 0.3 };
  const model = fitModel({ learner: "gradientBoosting", parameters }, { matrix: trainingMatrix, target }, { seed: 1 });
  const named = { name: "price", unit: "USD" };
  return encodeBundle(buildBundle({ pipeline: "homes", target: named, features: fitted, model, trainingRows: frame }));
}

describe("a model file in a page", () => {
  const model = openModel(homes());

  it("answers a row, and says what is wrong with another", () => {
    expect(model.answerRow({ bed: 3, state: "Utah" })).toMatchObject({ value: expect.closeTo(350_000, -3) });
    expect(model.answerRow({ bed: "3" })).toBeNull();
    expect(model.read([{ bed: "3" }]).problems).toMatchObject([{ field: "bed", received: '"3"' }]);
  });

  it("explains: the effects sum to the answer", () => {
    const [explanation] = model.explain(model.read([{ bed: 5, state: "Ohio" }]).frame);
    const [output] = explanation?.outputs ?? [];
    const sum = (output?.effects ?? []).reduce((total, { effect }) => total + effect, output?.base ?? 0);
    expect(sum).toBeCloseTo(output?.output ?? Number.NaN, 6);
    expect(output?.effects.map(({ feature }) => feature)).toEqual(["bed", "state"]);
  });

  it("refuses what is no model", () => {
    expect(() => openModel(new Uint8Array(100))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^LEARN_BUNDLE_/) }),
    );
  });
});
