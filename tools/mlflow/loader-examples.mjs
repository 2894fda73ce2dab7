import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const ROWS = 2_000;

/**
 * Writes an exported model of every output space, plain and calibrated, with rows and our answers to them, for
 * `loader_parity.py` to compare with those of the loader for Python.
 *
 * @param {string} repository
 * @param {string} folder
 */
export async function writeLoaderExamples(repository, folder) {
  const load = (/** @type {string} */ path) => import(pathToFileURL(join(repository, "packages", path)).href);
  const { EXAMPLES, exampleBundle, homes } = await load("learn/dist/bundle/example-bundles.test.data.js");
  const { createScorer } = await load("learn/dist/index.js");
  const { modelFiles } = await load("mlflow/dist/python/model-files.js");
  const frame = homes(ROWS, 99);
  for (const example of EXAMPLES) {
    for (const [variant, bundle] of Object.entries(variantsOf(exampleBundle(example)))) {
      const place = join(folder, `${example}-${variant}`);
      for (const { path, bytes } of modelFiles(bundle, { hash: "h", modelId: "m-x", runId: null, createdAt: new Date(0) })) {
        mkdirSync(dirname(join(place, path)), { recursive: true });
        writeFileSync(join(place, path), bytes);
      }
      const scorer = createScorer(bundle);
      const rows = Array.from({ length: frame.rowCount }, (_, row) => rowOf(bundle, frame, row));
      const read = scorer.read(rows);
      if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems[0]));
      const answers = scorer.answer(read.frame);
      writeFileSync(join(place, "expected.json"), JSON.stringify({ rows, answers, classes: bundle.model.classes }));
    }
  }
}

/**
 * @param {any} bundle
 * @returns {Record<string, any>}
 */
function variantsOf(bundle) {
  if (bundle.task !== "classification") return { plain: bundle };
  const { outputCount } = bundle.model.trees;
  const isOne = outputCount === 1 || (bundle.model.space === "probability" && outputCount === 2);
  const places = Array.from({ length: isOne ? 1 : outputCount }, (_, place) => place);
  const platt = { kind: "platt", byClass: places.map((place) => ({ slope: 1.3 - place / 10, intercept: place / 5 - 0.2 })) };
  const curve = (/** @type {number} */ place) => ({ score: [-1, 0, 0.5, 2], probability: [0.05, 0.2 + place / 20, 0.6, 0.9] });
  return {
    plain: bundle,
    platt: { ...bundle, calibration: platt, ...(isOne ? { decisionThreshold: 0.3 } : {}) },
    isotonic: { ...bundle, calibration: { kind: "isotonic", byClass: places.map(curve) } },
  };
}

/**
 * @param {any} bundle
 * @param {any} frame
 * @param {number} row
 */
function rowOf(bundle, frame, row) {
  const cells = bundle.features.inputs.flatMap((/** @type {{ name: string }} */ { name }) => {
    const column = frame.columns.get(name);
    if (column === undefined) return [];
    if (column.kind === "category") return [[name, column.codes[row] < 0 ? null : column.levels[column.codes[row]]]];
    const value = column.values[row];
    if (Number.isNaN(value)) return [[name, null]];
    return [[name, column.kind === "boolean" ? value === 1 : value]];
  });
  return Object.fromEntries(cells);
}
