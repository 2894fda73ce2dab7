// Models that cross to other libraries and back, compared there: node tools/interop.mjs. Brings its own Python libraries.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf, createScorer, exportOnnx, exportXgboostJson, predictRaw, transformFeatures } from "@atalaya/learn";
import { bundleOf, foreignRows, frameFor, importAndCompare } from "./interop/foreign-models.mjs";
import { homes, ownModels } from "./interop/own-models.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { pythonEnvironment } from "./python-environment.mjs";
import { endingChildrenOnSignal, runToEnd } from "./subprocess.mjs";

/**
 * @import { FeatureMatrix, FittedModel, Frame, ImportedModel, ModelBundle, ModelOutputs } from "@atalaya/learn"
 */

const ROWS = 10_000;
const LIMIT = 1e-6;
/** XGBoost's own sums in float32 lie so far from the exact ones that onnxruntime makes of the same leaves. */
const LIMIT_OF_FLOAT32_SUMS = 5e-6;

/** @typedef {{ name: string, file: string } | { name: string, texts: string[] }} ColumnFile */
/** @typedef {{ name: string, format: "onnx" | "xgboost", file: string, output?: string, columns: ColumnFile[] }} Exported */
/** `sizes`: whether each output is compared with its own size, or all with the largest. */
/** @typedef {{ exported: Exported, expected: Float64Array, labels: string[] | null, sizes: "own" | "largest", limit: number }} Comparison */

let passed = 0;
let failed = 0;

/** @param {boolean} ok @param {string} what */
function report(ok, what) {
  if (ok) passed++;
  else failed++;
  process.stdout.write(`${ok ? "ok  " : "FAIL"} ${what}\n`);
}

requireNodeVersion();
await prepare();
await endingChildrenOnSignal(checkAll);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function checkAll() {
  const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
  const python = await pythonEnvironment(join(repository, "tools/interop/requirements.txt"), say);
  const folder = mkdtempSync(join(tmpdir(), "atalaya-interop-"));
  try {
    await peers(python, "train", folder);
    const rows = foreignRows(folder);
    /** @type {{ name: string, library: "xgboost" | "lightgbm" }[]} */
    const trained = JSON.parse(readFileSync(join(folder, "trained.json"), "utf8"));
    /** @type {Comparison[]} */
    const comparisons = [];
    for (const listed of trained) {
      const { imported, margins, different } = importAndCompare(folder, listed, rows);
      report(different === 0, `import ${listed.name}: ${margins} margins, ${different} differ by a bit or more`);
      comparisons.push(...exportImported(folder, listed.name, imported, rows));
    }
    const requests = homes(ROWS, 77);
    for (const [name, bundle] of ownModels()) comparisons.push(...exportOwn(folder, name, bundle, requests));
    writeFileSync(join(folder, "exported.json"), JSON.stringify(comparisons.map(({ exported }) => exported)));
    await peers(python, "run", folder);
    for (const comparison of comparisons) compare(folder, comparison);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} python @param {"train" | "run"} command @param {string} folder */
async function peers(python, command, folder) {
  const { code, output } = await runToEnd(python, [join(repository, "tools/interop/peers.py"), command, folder]);
  if (code !== 0) throw new Error(`peers.py ${command} ended with code ${code}:\n${output}`);
}

/** @param {string} folder @param {string} name @param {ModelBundle} bundle @param {Frame} requests @returns {Comparison[]} */
function exportOwn(folder, name, bundle, requests) {
  const onnx = asOnnx(folder, `onnx ${name}`, bundle, requests);
  // XGBoost holds trees alone: of a calibrated bundle it would hold the same as without.
  if (bundle.model.linear !== null || bundle.calibration !== undefined) return [onnx];
  const matrix = inFloat32(transformFeatures(bundle.features, requests));
  return [onnx, asXgboost(folder, `xgboost ${name}`, bundle.model, matrix)];
}

/** @param {string} folder @param {string} name @param {ImportedModel} imported @param {FeatureMatrix} rows @returns {Comparison[]} */
function exportImported(folder, name, imported, rows) {
  const onnx = asOnnx(folder, `onnx ${name}`, bundleOf(imported), frameFor(imported, rows));
  if (imported.model.trees.zeroIsMissingByFeature.includes(1)) return [onnx];
  const { categoryCounts } = imported;
  return [onnx, asXgboost(folder, `xgboost ${name}`, imported.model, inFloat32({ ...rows, categoryCounts }))];
}

/** @param {FeatureMatrix} matrix @returns {FeatureMatrix} */
function inFloat32(matrix) {
  return { ...matrix, columns: matrix.columns.map((values) => values.map(Math.fround)) };
}

/** @param {string} folder @param {string} name @param {ModelBundle} bundle @param {Frame} requests @returns {Comparison} */
function asOnnx(folder, name, bundle, requests) {
  writeFileSync(join(folder, `${name}.onnx`), exportOnnx(bundle));
  const outputs = createScorer(bundle).outputs(requests);
  const columns = [...requests.columns].map(([column, own]) =>
    own.kind === "category"
      ? { name: column, texts: Array.from(own.codes, (code) => (code < 0 ? "" : (own.levels[code] ?? ""))) }
      : columnFile(folder, name, column, own.values),
  );
  const output = { regression: "value", classification: "probability", anomaly: "score" }[outputs.task];
  const exported = { name, format: /** @type {const} */ ("onnx"), file: `${name}.onnx`, output, columns };
  // Sums in float32 have lost digits where they come out near zero.
  const isSingle = bundle.model.trees.precision === "float32";
  const sizes = outputs.task === "classification" || isSingle ? "largest" : "own";
  const limit = isSingle ? LIMIT_OF_FLOAT32_SUMS : LIMIT;
  return { exported, expected: rowMajor(numbersOf(outputs)), labels: labelsOf(outputs), sizes, limit };
}

/** @param {string} folder @param {string} name @param {FittedModel} model @param {FeatureMatrix} matrix @returns {Comparison} */
function asXgboost(folder, name, model, matrix) {
  writeFileSync(join(folder, `${name}.json`), exportXgboostJson(model, matrix));
  const columns = matrix.columns.map((values, position) => columnFile(folder, name, matrix.names[position] ?? "", values));
  const exported = { name, format: /** @type {const} */ ("xgboost"), file: `${name}.json`, columns };
  return { exported, expected: rowMajor(predictRaw(model, matrix)), labels: null, sizes: "largest", limit: LIMIT };
}

/** @param {string} folder @param {string} name @param {string} column @param {Float64Array} values @returns {ColumnFile} */
function columnFile(folder, name, column, values) {
  const file = `${name} ${column.replace(/[^\w=]/g, "_")}.column`;
  writeFileSync(join(folder, file), values);
  return { name: column, file };
}

/** @param {ModelOutputs} outputs @returns {readonly Float64Array[]} */
function numbersOf(outputs) {
  if (outputs.task === "classification") return outputs.probability;
  return [outputs.task === "regression" ? outputs.values : outputs.scores];
}

/** @param {ModelOutputs} outputs @returns {string[] | null} */
function labelsOf(outputs) {
  if (outputs.task !== "classification") return null;
  return answersOf(outputs).map((answer) => ("label" in answer ? answer.label : ""));
}

/** @param {readonly Float64Array[]} outputs @returns {Float64Array} */
function rowMajor(outputs) {
  const width = outputs.length;
  return Float64Array.from(
    { length: width * (outputs[0]?.length ?? 0) },
    (_, place) => outputs[place % width]?.[Math.floor(place / width)] ?? Number.NaN,
  );
}

/**
 * @param {string} folder
 * @param {Comparison} comparison
 */
function compare(folder, { exported: { name }, expected, labels, sizes, limit }) {
  const got = new Float64Array(Uint8Array.from(readFileSync(join(folder, `${name}.out`))).buffer);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = got.length === expected.length && expected.length > 0 ? 0 : Number.NaN;
  expected.forEach((value, place) => {
    const size = sizes === "own" ? Math.abs(value) : largest;
    const gap = Math.abs((got[place] ?? Number.NaN) - value) / (size === 0 ? 1 : size);
    // Written so that NaN stays the worst.
    if (!(gap <= worst)) worst = gap;
  });
  let otherLabels = 0;
  if (labels !== null) {
    /** @type {string[]} */
    const theirs = JSON.parse(readFileSync(join(folder, `${name}.labels`), "utf8"));
    otherLabels = labels.filter((label, row) => theirs[row] !== label).length;
  }
  const said = otherLabels === 0 ? "" : `, ${otherLabels} other labels`;
  report(
    worst <= limit && otherLabels === 0,
    `export ${name}: ${expected.length} outputs, at most ${worst.toExponential(1)} apart${said}`,
  );
}
