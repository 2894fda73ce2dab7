/// <reference types="node" />
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { EXAMPLES, exampleBundle, homes } from "../bundle/example-bundles.test.data.js";
import { transformFeatures } from "../features/transform-features.js";
import { predictRaw } from "../trees/predict.js";
import { exportXgboostJson } from "./export-xgboost.js";
import { goldenRows } from "./golden-rows.test.data.js";
import { importLightgbmText } from "./import-lightgbm.js";
import { importXgboostJson } from "./import-xgboost.js";

const unpack = (path: string) =>
  new TextDecoder().decode(gunzipSync(readFileSync(new URL(`../../goldens/${path}.gz`, import.meta.url))));

describe("exportXgboostJson", () => {
  it.each(["squared", "tweedie", "binary-base", "softprob", "forest", "categories", "categories-classes"])(
    "keeps every bit of %s, which XGBoost made",
    (name) => {
      const { model, featureNames: names, categoryCounts } = importXgboostJson(unpack(`xgboost-json/${name}.json`));
      const back = importXgboostJson(exportXgboostJson(model, { names, categoryCounts }));
      const rows = goldenRows(2_000);
      expect(predictRaw(back.model, rows)).toEqual(predictRaw(model, rows));
      expect([back.model.space, back.featureNames]).toEqual([model.space, names]);
    },
  );

  it.each(["regression", "missing-is-zero", "multiclass", "categories"])(
    "says what LightGBM's %s says of float32 rows",
    (name) => {
      const { model, featureNames: names, categoryCounts } = importLightgbmText(unpack(`lightgbm-text/${name}.txt`));
      const back = importXgboostJson(exportXgboostJson(model, { names, categoryCounts })).model;
      const exact = goldenRows(2_000);
      const rows = { ...exact, columns: exact.columns.map((values) => values.map(Math.fround)) };
      const wanted = predictRaw(model, rows);
      for (const [output, values] of predictRaw(back, rows).entries()) {
        const gap = values.reduce((worst, value, row) => Math.max(worst, Math.abs(value - wanted[output][row])), 0);
        expect(gap).toBeLessThan(5e-6);
      }
    },
  );

  it.each(EXAMPLES.filter((example) => example !== "probability"))("says what ours says in the space %s", (example) => {
    const { model, features } = exampleBundle(example);
    const exact = transformFeatures(features, homes(500, 31));
    const rows = { ...exact, columns: exact.columns.map((values) => values.map(Math.fround)) };
    const back = importXgboostJson(exportXgboostJson(model, { names: rows.names })).model;
    const wanted = predictRaw(model, rows);
    for (const [output, values] of predictRaw(back, rows).entries()) {
      const size = Math.max(...wanted[output].map(Math.abs));
      const gap = values.reduce((worst, value, row) => Math.max(worst, Math.abs(value - wanted[output][row]) / size), 0);
      expect(gap).toBeLessThan(1e-6);
    }
  });

  it("writes one target per class where leaves hold shares, and one leaf for an output without trees", () => {
    const { model } = exampleBundle("probability");
    const names = Array.from({ length: model.trees.featureCount }, (_, column) => `x[${column}]<`);
    const { learner } = JSON.parse(exportXgboostJson(model, { names }));
    const { trees, tree_info: outputs } = learner.gradient_booster.model;
    expect(learner.learner_model_param.num_target).toBe("3");
    expect([trees.length, outputs.slice(0, 4)]).toEqual([24, [0, 1, 2, 0]]);
    expect(learner.feature_names[1]).toBe("x_1__");
    const none = { ...model.trees, rootByTree: new Int32Array(0), outputByTree: new Int32Array(0) };
    const constant = {
      ...model,
      space: "value",
      trees: { ...none, outputCount: 1, baseByOutput: Float64Array.of(2.5) },
    } as const;
    const back = importXgboostJson(exportXgboostJson(constant, { names })).model;
    expect([...predictRaw(back, goldenRowsOf(names.length))[0]]).toEqual([2.5, 2.5]);
  });

  it("refuses what XGBoost cannot hold", () => {
    const { model } = exampleBundle("value");
    const names = Array.from({ length: model.trees.featureCount }, (_, column) => `x${column}`);
    const none = new Float64Array(names.length);
    const linear = { ...model, linear: { weights: none, mean: none, fill: none } };
    const zero = { ...model, trees: { ...model.trees, zeroIsMissingByFeature: new Uint8Array(names.length).fill(1) } };
    for (const refused of [linear, zero])
      expect(() => exportXgboostJson(refused, { names })).toThrow(expect.objectContaining({ code: "LEARN_EXPORT_UNSUPPORTED" }));
  });
});

function goldenRowsOf(columns: number) {
  const rows = goldenRows(2);
  return { ...rows, columns: Array.from({ length: columns }, (_, column) => rows.columns[column % 8]) };
}
