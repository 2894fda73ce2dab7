import { readFileSync } from "node:fs";
import { join } from "node:path";
import { frameOf, importLightgbmText, importXgboostJson, importXgboostUbjson, predictRaw } from "@atalaya/learn";

/**
 * @import { Frame, FeatureMatrix, ImportedModel, ModelBundle } from "@atalaya/learn"
 */

const COLUMNS = 8;

/** @param {string} path @returns {ArrayBuffer} */
const readBuffer = (path) => Uint8Array.from(readFileSync(path)).buffer;

/**
 * The rows that Python wrote, row-major float64.
 *
 * @param {string} folder
 * @returns {FeatureMatrix}
 */
export function foreignRows(folder) {
  const flat = new Float64Array(readBuffer(join(folder, "rows.bin")));
  const rowCount = flat.length / COLUMNS;
  const columns = Array.from({ length: COLUMNS }, (_, column) =>
    Float64Array.from({ length: rowCount }, (_, row) => flat[row * COLUMNS + column] ?? Number.NaN),
  );
  return { rowCount, columns, names: columns.map((_, column) => `f${column}`) };
}

/**
 * Imports a model that Python trained, and says in how many margins it differs by a bit or more.
 *
 * @param {string} folder
 * @param {{ name: string, library: "xgboost" | "lightgbm" }} listed
 * @param {FeatureMatrix} rows
 * @returns {{ imported: ImportedModel, margins: number, different: number }}
 */
export function importAndCompare(folder, { name, library }, rows) {
  const path = join(folder, name);
  const imported =
    library === "xgboost"
      ? importXgboostJson(readFileSync(`${path}.json`, "utf8"))
      : importLightgbmText(readFileSync(`${path}.txt`, "utf8"));
  if (library === "xgboost") {
    const binary = importXgboostUbjson(new Uint8Array(readFileSync(`${path}.ubj`)));
    if (JSON.stringify(binary) !== JSON.stringify(imported)) throw new Error(`${name}: the UBJSON file gives another model`);
  }
  const buffer = readBuffer(`${path}.margins`);
  const theirs = library === "xgboost" ? new Float32Array(buffer) : new Float64Array(buffer);
  const ours = predictRaw(imported.model, rows);
  const outputs = ours.length;
  let different = theirs.length === rows.rowCount * outputs ? 0 : theirs.length;
  theirs.forEach((margin, place) => {
    if (!Object.is(ours[place % outputs]?.[Math.floor(place / outputs)], margin)) different++;
  });
  return { imported, margins: theirs.length, different };
}

/**
 * An imported model as a bundle whose categories are texts (`c0`, `c1`, …), so that its ONNX file has encoders.
 *
 * @param {ImportedModel} imported
 * @returns {ModelBundle}
 */
export function bundleOf({ model, featureNames, categoryCounts }) {
  const isNumber = model.classes === null;
  return {
    formatVersion: 2,
    pipeline: "imported",
    task: isNumber ? "regression" : "classification",
    target: { name: "answer", unit: null },
    features: {
      inputs: featureNames.map((name, column) => ({
        name,
        from: [],
        type: categoryCounts[column] === null ? "number" : "category",
        optional: true,
      })),
      derived: [],
      features: featureNames.map((name, column) => {
        const levels = Array.from({ length: categoryCounts[column] ?? 0 }, (_, code) => `c${code}`);
        return {
          name,
          encoder: categoryCounts[column] === null ? { kind: "number" } : { kind: "levels", levels },
          column,
          width: 1,
        };
      }),
      columnNames: featureNames,
    },
    model,
    reference: [],
    replay: { rows: [], features: [], outputs: [] },
    trainingRows: 0,
  };
}

/**
 * The rows as a request frame for `bundleOf`.
 *
 * @param {ImportedModel} imported
 * @param {FeatureMatrix} rows
 * @returns {Frame}
 */
export function frameFor({ featureNames, categoryCounts }, rows) {
  return frameOf(
    featureNames.map((name, column) => {
      const values = rows.columns[column] ?? new Float64Array(rows.rowCount);
      const count = categoryCounts[column] ?? null;
      if (count === null) return [name, { kind: "number", values }];
      const codes = Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code));
      return [name, { kind: "category", codes, levels: Array.from({ length: 400 }, (_, code) => `c${code}`) }];
    }),
  );
}
