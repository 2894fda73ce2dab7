import type { ScoringModel } from "../models/scoring-model.js";

/** What a client is written from. */
export interface ClientSubject extends Pick<ScoringModel, "task" | "target" | "classes" | "inputs" | "example"> {
  readonly pipeline: string;
  readonly version: number;
}

/** `house-prices` → `HousePrices`. */
export function typeNameOf(pipeline: string): string {
  const words = pipeline.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `Model${name}`;
}

/** What a column is, in one sentence for people; empty: nothing to say. */
export function describeColumn({ description, unit, min, max }: ClientSubject["inputs"][number]): string {
  const range = [min === undefined ? "" : `from ${min}`, max === undefined ? "" : `to ${max}`].filter(Boolean).join(" ");
  return [description, unit === undefined ? "" : `Unit: ${unit}.`, range === "" ? "" : `Range: ${range}.`]
    .filter(Boolean)
    .join(" ")
    .replaceAll("*/", "* /")
    .replace(/\s+/g, " ");
}
