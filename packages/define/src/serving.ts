import type { ServeDefinition } from "./definition.js";
import { parseDuration } from "./durations.js";
import { errors } from "./errors.js";

/** Parts of an answer to `predict`. */
export type PredictPart =
  | "value"
  | "label"
  | "probability"
  | "score"
  | "threshold"
  | "alert"
  | "id"
  | "version"
  | "model"
  | "run"
  | "featureNames";

/** Parts of an answer to `explain`: also the effects, with the features that they belong to, in the model's own space or that of the answer. */
export type ExplainPart =
  | PredictPart
  | "base"
  | "output"
  | "effects"
  | "effectNames"
  | "effectValues"
  | "answerBase"
  | "answerEffects";

/** What callers already know, and what may be kept of their requests. */
export interface ServeOptions<Column extends string = string> {
  /** Further fields of the answers, by the names that callers already use: `{ price: "value" }`. */
  readonly predict?: Readonly<Record<string, PredictPart>>;
  readonly explain?: Readonly<Record<string, ExplainPart>>;
  /** Columns that the inference log holds as a hash only: equal values stay equal. */
  readonly hash?: readonly Column[];
  /** How long the inference log is kept: `90d`. */
  readonly keep?: string;
  /** Logged inputs whose truth became known (`POST /feedback`) become raw batches of this pipeline. */
  readonly backToRaw?: boolean;
}

const ownFields = ["id", "pipeline", "version", "alias", "model", "prediction", "predictions", "explanation"];
const DAY_MS = 86_400_000;

/** @throws DEFINE_BAD_FIELD, DEFINE_BAD_DURATION */
export function serveDefinition({
  predict = {},
  explain = {},
  hash = [],
  keep,
  backToRaw = false,
}: ServeOptions): ServeDefinition {
  for (const field of [...Object.keys(predict), ...Object.keys(explain)]) {
    if (ownFields.includes(field) || field === "") throw errors.BAD_FIELD({ field, taken: ownFields });
  }
  return { predict, explain, hashed: hash, keepDays: keep === undefined ? null : parseDuration(keep) / DAY_MS, backToRaw };
}
