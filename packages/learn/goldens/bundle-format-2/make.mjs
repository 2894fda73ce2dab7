/**
 * Model files of format 2 with what they answered. Made once, when the format was; later releases write a later format.
 * Run then in packages/learn after a build: node goldens/bundle-format-2/make.mjs
 */
import { writeFileSync } from "node:fs";
import { exampleBundle, homes } from "../../dist/bundle/example-bundles.test.data.js";
import { createScorer, encodeBundle, predictRaw, transformFeatures } from "../../dist/index.js";

const folder = new URL("./", import.meta.url);
const rows = homes(25, 77);

/** The bundle with another model, whose answers to its replay rows are those of the new one. */
function withModel(bundle, change) {
  const model = { ...bundle.model, ...change(bundle.model) };
  const columns = bundle.features.columnNames.map((_, column) => Float64Array.from(bundle.replay.features, (row) => row[column] ?? Number.NaN));
  const raw = predictRaw(model, { rowCount: bundle.replay.rows.length, columns, names: bundle.features.columnNames });
  const outputs = bundle.replay.rows.map((_, row) => raw.map((values) => values[row]));
  return { ...bundle, model, replay: { ...bundle.replay, outputs } };
}

const calibration = { kind: "platt", byClass: [{ slope: 0.8, intercept: -0.1 }] };
const isotonic = { score: [0.1, 0.4, 0.6, 0.9], probability: [0, 0.3, 0.3, 1] };
const bundles = {
  calibrated: { ...exampleBundle("logOdds"), calibration, decisionThreshold: 0.4 },
  isotonic: { ...exampleBundle("probability"), calibration: { kind: "isotonic", byClass: [isotonic, isotonic, isotonic] } },
  linear: {
    ...withModel(exampleBundle("value"), ({ trees }) => ({
      linear: {
        weights: Float64Array.from({ length: trees.featureCount }, (_, column) => column * 10.5),
        mean: new Float64Array(trees.featureCount).fill(2),
        fill: new Float64Array(trees.featureCount).fill(1),
      },
    })),
    interval: { coverage: 0.9, below: -20_000, above: 25_000 },
  },
  // The first split asks for numbers of bedrooms, as categories: 1 and 3 go left.
  categories: withModel(exampleBundle("log1p"), ({ trees }) => {
    const root = trees.rootByTree[0];
    return {
      trees: {
        ...trees,
        featureByNode: trees.featureByNode.with(root, 0),
        categorySetByNode: trees.categorySetByNode.with(root, 0),
        categorySetStart: Int32Array.of(0, 1),
        categoryWords: Int32Array.of(0b1010),
        zeroIsMissingByFeature: new Uint8Array(trees.featureCount).with(3, 1),
        precision: "float32",
      },
    };
  }),
};

const expected = {};
for (const [name, bundle] of Object.entries(bundles)) {
  const scorer = createScorer(bundle);
  const explanations = scorer.explain(rows).map(({ outputs }) => outputs.map(({ base, output, effects }) => [base, output, ...effects.map(({ effect }) => effect)]));
  expected[name] = { answers: scorer.answer(rows), explanations };
  writeFileSync(new URL(`${name}.atalaya`, folder), encodeBundle(bundle));
}
writeFileSync(new URL("expected.json", folder), `${JSON.stringify(expected)}\n`);
