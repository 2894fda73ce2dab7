import { errors } from "../errors.js";
import type { ScoringModel } from "../models/scoring-model.js";
import type { Prediction } from "./prediction.js";

/** What an answer is to become. */
export interface Goal {
  /** How far the prediction is from it, on the scale of the answer; 0 and less: it is reached. */
  gap(prediction: Prediction): number;
}

/**
 * The goal of a request: `{"atLeast": 500000}` or `{"atMost": …}` of a value or score, `{"label": "yes"}`, `{"alert": false}`.
 *
 * @throws SERVE_BAD_OPTION
 */
export function readGoal(value: unknown, { task, classes }: Pick<ScoringModel, "task" | "classes">): Goal {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const [entry, ...others] = entries;
  if (entry === undefined || others.length > 0) throw bad(task, value);
  const [name, wanted] = entry as [string, unknown];
  if (
    (name === "atLeast" || name === "atMost") &&
    typeof wanted === "number" &&
    Number.isFinite(wanted) &&
    task !== "classification"
  ) {
    const sign = name === "atLeast" ? 1 : -1;
    return {
      gap: (prediction) =>
        sign * (wanted - ("value" in prediction ? prediction.value : "score" in prediction ? prediction.score : 0)),
    };
  }
  if (name === "label" && task === "classification" && typeof wanted === "string" && classes?.includes(wanted)) {
    return { gap: (prediction) => gapToLabel(prediction, wanted) };
  }
  if (name === "alert" && task === "anomaly" && typeof wanted === "boolean") {
    return { gap: (prediction) => gapToAlert(prediction, wanted) };
  }
  throw bad(task, value);
}

function gapToLabel(prediction: Prediction, wanted: string): number {
  if (!("label" in prediction)) return Number.POSITIVE_INFINITY;
  if (prediction.label === wanted) return 0;
  return Math.max(Number.MIN_VALUE, 1 - (prediction.probability[wanted] ?? 0));
}

function gapToAlert(prediction: Prediction, wanted: boolean): number {
  if (!("alert" in prediction)) return Number.POSITIVE_INFINITY;
  if (prediction.alert === wanted) return 0;
  return Math.max(Number.MIN_VALUE, Math.abs(prediction.threshold - prediction.score));
}

function bad(task: ScoringModel["task"], value: unknown): Error {
  const expected = {
    regression: '{"atLeast": number} or {"atMost": number}',
    classification: '{"label": one of the classes}',
    anomaly: '{"alert": true or false}, {"atLeast": score} or {"atMost": score}',
  }[task];
  return errors.BAD_OPTION({ option: "goal", expected, received: String(JSON.stringify(value)).slice(0, 100) });
}
