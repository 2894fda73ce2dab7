import type { AtalayaError } from "@atalaya/errors";
import { HeaderReader } from "../bundle/header-reader.js";
import { errors } from "../errors.js";
import type { FittedModel, OutputSpace } from "../model/model.js";

/** A model of another library, and the columns that it reads. */
export interface ImportedModel {
  readonly model: FittedModel;
  /** [column]; `f0`, `f1`, … where the file names none. */
  readonly featureNames: readonly string[];
  /** [column]: number of levels of a native category (the column holds codes), null for a number. */
  readonly categoryCounts: readonly (number | null)[];
  /** [column]: the level of each code where the file says so, else null. */
  readonly levels: readonly (readonly string[] | null)[];
}

/** Libraries whose model files are read. */
export type ForeignFormat = "XGBoost" | "LightGBM";

/** Columns that a model may read: names are made for each, so a number out of a damaged file must not fill the memory. */
export const MOST_FEATURES = 1_000_000;
/** Outputs that a model may have. */
export const MOST_CLASSES = 100_000;

/** Reader of a foreign file's values whose failures name the format. */
export function foreignReader(format: ForeignFormat, value: unknown, place: string): HeaderReader {
  return new HeaderReader(value, place, (where, problem) => errors.IMPORT_BROKEN({ format, place: where, problem }));
}

/** The error of a file that is sound but holds what no model here can. */
export function unsupported(format: ForeignFormat, what: string): AtalayaError {
  return errors.IMPORT_UNSUPPORTED({ format, what });
}

/** Classes as the libraries number them; null where the answer is a number. */
export function classesFor(space: OutputSpace, outputs: number): string[] | null {
  if (space !== "logOdds" && space !== "softmax") return null;
  return Array.from({ length: space === "logOdds" ? 2 : outputs }, (_, code) => String(code));
}

/** Names as given, or `f0`, `f1`, … */
export function featureNamesOr(given: readonly string[], count: number): readonly string[] {
  return given.length > 0 ? given : Array.from({ length: count }, (_, column) => `f${column}`);
}
