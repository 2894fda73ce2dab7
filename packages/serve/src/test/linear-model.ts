import { type ColumnSchema, type Frame, readJsonCell, rowReader } from "@atalaya/learn";
import type { Explanation } from "../answers/explanation.js";
import type { OpenModel, ScoringModel } from "../models/scoring-model.js";

/** A model so small that a test can compute its answers in its head: value = bed × factor + 1000. */
export interface LinearModel {
  readonly factor: number;
  /** Set: opening it fails with this message. */
  readonly broken?: string;
  /** True: it opens, and fails at homes with seven beds. */
  readonly failing?: boolean;
}

export const homeInputs: readonly ColumnSchema[] = [
  { name: "bed", from: ["bed"], type: "integer", min: 0, max: 50, optional: false },
  { name: "houseSize", from: ["house_size"], type: "number", unit: "ft²", min: 0, optional: true },
  { name: "status", from: ["status"], type: "category", levels: ["for_sale", "sold"], optional: true },
  { name: "city", from: ["city"], type: "category", optional: true },
];

export function encodeLinear(model: LinearModel): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(model));
}

export const openLinear: OpenModel = (bytes) => {
  const { factor, broken, failing = false } = JSON.parse(new TextDecoder().decode(bytes)) as LinearModel;
  if (broken !== undefined) throw new Error(broken);
  return linearModel(factor, failing);
};

function linearModel(factor: number, failing: boolean): ScoringModel {
  const read = rowReader(homeInputs);
  const value = (frame: Frame, row: number) => {
    const bed = Number(readJsonCell(frame.columns.get("bed")!, row));
    if (failing && bed === 7) throw new Error("no home has seven beds");
    return bed * factor + 1000;
  };
  const each = <Result>(frame: Frame, make: (row: number) => Result) =>
    Array.from({ length: frame.rowCount }, (_, row) => make(row));
  return {
    task: "regression",
    target: { name: "price", unit: "USD" },
    classes: null,
    inputs: homeInputs,
    features: ["bed", "houseSize", "city"],
    sample: [{ bed: 3 }, { bed: 5 }],
    reference: [],
    example: { bed: 3, houseSize: 1800, status: "sold", city: "Ponce" },
    read,
    predict: (frame) => each(frame, (row) => ({ value: value(frame, row), unit: "USD" })),
    explain: (frame) =>
      each(frame, (row): Explanation => {
        const output = value(frame, row);
        const effects = [
          { feature: "bed", value: readJsonCell(frame.columns.get("bed")!, row), effect: output - 1500 },
          { feature: "houseSize", value: readJsonCell(frame.columns.get("houseSize")!, row), effect: 300 },
          { feature: "city", value: readJsonCell(frame.columns.get("city")!, row), effect: 200 },
        ];
        const parts = { base: 1000, output, effects, columns: effects };
        return {
          space: "value",
          meaning: "USD",
          label: null,
          ...parts,
          onAnswerScale: { scale: "value", unit: "USD", ...parts },
        };
      }),
  };
}
