/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importLightgbmText } from "../interop/import-lightgbm.js";
import { explainRaw } from "./explain.js";

const read = (file: string): string => readFileSync(new URL(`../../goldens/tree-shap-lightgbm/${file}`, import.meta.url), "utf8");

describe("SHAP values of a LightGBM model of real patients, with categories and missing values", () => {
  const { rows }: { rows: (number | null)[][] } = JSON.parse(read("input.json"));
  const expected: { base: number; effects: number[][] } = JSON.parse(read("expected.json"));
  const { tolerance }: { tolerance: number } = JSON.parse(read("case.json"));
  const { model } = importLightgbmText(read("model.txt"));
  const columns = rows[0].map((_, column) => Float64Array.from(rows, (row) => row[column] ?? Number.NaN));
  const matrix = { rowCount: rows.length, columns, names: columns.map((_, column) => `column ${column}`) };

  it.each([
    ["by quadrature", undefined],
    ["by tables where trees are shallow enough", 1e9],
  ])("are LightGBM's, %s", (_, rowsInAll) => {
    const { base, effects } = explainRaw(model, matrix, rowsInAll);
    const theirs = expected.effects.flat();
    const size = Math.max(...theirs.map(Math.abs));
    expect(effects.length).toBe(theirs.length);
    expect(Math.abs(base[0] - expected.base) / size).toBeLessThan(tolerance);
    for (const [place, effect] of theirs.entries()) expect(Math.abs(effects[place] - effect) / size).toBeLessThan(tolerance);
  });
});
