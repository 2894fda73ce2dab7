import type { AnswerOptions } from "@atalaya/learn";
import type { SplitDefinition } from "./definition.js";
import { errors } from "./errors.js";
import type { Anomaly, Classification, Regression, Task } from "./tasks.js";

/** What answers carry beyond the learner's own; fitted on the validation part, which the model never learns from. */
export type AnswersOf<Of extends Task> = Of extends Regression
  ? {
      /** Around every value, a range that holds the truth in this share of all cases (split conformal). */
      readonly interval: { readonly coverage: number };
    }
  : Of extends Anomaly
    ? never
    : Of extends Classification<string>
      ? {
          /** Makes probabilities honest: `platt` by a sigmoid, for few rows; `isotonic` by any rising curve, from about 1,000 on. */
          readonly calibrate?: "isotonic" | "platt";
          /**
           * Of two classes: what wrong answers cost, in any unit. The second class is named from the probability on at which
           * that costs least.
           */
          readonly decide?: {
            /** The first class is told to be the second. */
            readonly falseAlarm: number;
            /** The second class is told to be the first. */
            readonly missed: number;
          };
        }
      : never;

/** @throws DEFINE_BAD_SHARE, DEFINE_BAD_COST, DEFINE_NO_VALIDATION */
export function answersDefinition(given: Partial<AnswerOptions>, split: SplitDefinition | undefined): AnswerOptions {
  const { calibrate = null, interval = null, decide = null } = given;
  if (interval !== null && !(interval.coverage > 0 && interval.coverage < 1))
    throw errors.BAD_SHARE({ what: "The coverage of intervals", value: interval.coverage });
  for (const [what, value] of Object.entries(decide ?? {})) {
    if (!(value > 0 && Number.isFinite(value))) throw errors.BAD_COST({ what, value });
  }
  const validation = split?.validation ?? 0;
  if (typeof validation === "number" ? validation === 0 : validation.length === 0) throw errors.NO_VALIDATION({});
  return { calibrate, interval, decide };
}
