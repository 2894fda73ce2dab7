/// <reference types="node" />
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { outputsOf } from "../bundle/outputs.js";
import { explainRaw } from "../explain/explain.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { predictRaw, predictRow } from "../trees/predict.js";
import { goldenRows } from "./golden-rows.test.data.js";
import { importLightgbmText } from "./import-lightgbm.js";
import { importXgboostJson, importXgboostUbjson } from "./import-xgboost.js";
import type { ImportedModel } from "./imported-model.js";

interface Expected {
  readonly sha256: string;
  readonly margins: readonly (number | readonly number[])[];
  readonly answers: readonly (number | readonly number[])[];
  /** [row][output][column + base], of one output without that level. */
  readonly effects: readonly (readonly number[] | readonly (readonly number[])[])[];
}

const folder = new URL("../../goldens/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder));
const unpack = (path: string) => new Uint8Array(gunzipSync(read(path)));
const unpackText = (path: string) => new TextDecoder().decode(unpack(path));

/** [row][output], in the file's precision. */
function bytesOf(raw: readonly Float64Array[], precision: "float32" | "float64"): Uint8Array {
  const rows = raw[0].length;
  const flat = Float64Array.from(
    { length: rows * raw.length },
    (_, place) => raw[place % raw.length][Math.floor(place / raw.length)],
  );
  return new Uint8Array(precision === "float32" ? Float32Array.from(flat).buffer : flat.buffer);
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const head = (matrix: FeatureMatrix, rowCount: number): FeatureMatrix => ({
  ...matrix,
  rowCount,
  columns: matrix.columns.map((values) => values.slice(0, rowCount)),
});

function worstGap(got: readonly number[], wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  const size = Math.max(...wanted.map(Math.abs));
  return Math.max(...got.map((value, place) => Math.abs(value - wanted[place]) / size));
}

function answersOf({ model }: ImportedModel, raw: readonly Float64Array[]): number[] {
  const outputs = outputsOf(model, raw);
  if (outputs.task === "regression") return [...outputs.values];
  if (outputs.task !== "classification") return [];
  const { probability } = outputs;
  const shown = probability.length === 2 ? probability.slice(1) : probability;
  return Array.from(shown[0], (_, row) => shown.map((values) => values[row])).flat();
}

function describeImport(name: string, load: (file: string) => ImportedModel): void {
  const { rows, tolerance, versions }: { rows: number; tolerance: number; versions: object } = JSON.parse(
    read(`${name}/case.json`).toString(),
  );
  const expected: Record<string, Expected> = JSON.parse(read(`${name}/expected.json`).toString());
  const matrix = goldenRows(rows);

  describe(`${name} (${JSON.stringify(versions)})`, () => {
    it.each(Object.keys(expected))("%s", (file) => {
      const imported = load(file);
      const { model } = imported;
      const { precision, outputCount, featureCount } = model.trees;
      const raw = predictRaw(model, matrix);
      const shown = Array.from({ length: 5 }, (_, row) => raw.map((values) => values[row])).flat();
      expect(shown, "the first margins").toEqual(expected[file].margins.flat());
      expect(sha256(bytesOf(raw, precision)), `margins of ${rows} rows`).toBe(expected[file].sha256);
      const few = head(matrix, 5);
      const out = new Float64Array(outputCount);
      predictRow(
        model,
        Float64Array.from(few.columns, (values) => values[0]),
        out,
      );
      expect([...out]).toEqual(shown.slice(0, outputCount));
      if (file !== "logitraw")
        expect(worstGap(answersOf(imported, predictRaw(model, few)), expected[file].answers.flat())).toBeLessThan(tolerance);
      const { base, effects } = explainRaw(model, few);
      const ours = Array.from({ length: 5 * outputCount }, (_, place) => [
        ...effects.subarray(place * featureCount, (place + 1) * featureCount),
        base[place % outputCount],
      ]).flat();
      expect(worstGap(ours, expected[file].effects.flat(2))).toBeLessThan(tolerance);
    });
  });
}

describeImport("xgboost-json", (file) => importXgboostJson(unpackText(`xgboost-json/${file}.json.gz`)));

describe("UBJSON", () => {
  it.each(["squared", "categories-classes"])("%s is the model of the JSON file", (file) => {
    const path = `xgboost-json/${file}.ubj.gz`;
    expect(existsSync(new URL(path, folder))).toBe(true);
    expect(importXgboostUbjson(unpack(path))).toEqual(importXgboostJson(unpackText(`xgboost-json/${file}.json.gz`)));
  });
});

describeImport("lightgbm-text", (file) => importLightgbmText(unpackText(`lightgbm-text/${file}.txt.gz`)));
