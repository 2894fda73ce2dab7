import type { AnswerParts } from "../bundle/outputs.js";
import { answerOutputs, outputsOf } from "../bundle/outputs.js";
import { errors } from "../errors.js";
import type { Calibration, FittedModel, Target } from "../model/model.js";
import { calibrationScores } from "./calibrate.js";
import { type DecisionCosts, decisionThreshold } from "./decision-threshold.js";
import { fitIsotonic } from "./isotonic.js";
import { fitPlatt } from "./platt.js";
import { splitConformal } from "./split-conformal.js";

/** What answers carry beyond what the learner says; null: nothing of the kind. */
export interface AnswerOptions {
  /** Of classes. */
  readonly calibrate: "isotonic" | "platt" | null;
  /** Of numbers: share of the truth that intervals are to hold. */
  readonly interval: { readonly coverage: number } | null;
  /** Of two classes: what wrong answers cost. */
  readonly decide: DecisionCosts | null;
}

/**
 * Fits calibration, decision threshold and interval on rows that the model was not fitted on.
 *
 * @param raw  the model's outputs for these rows, [output][row]
 * @throws LEARN_CALIBRATION_UNFIT: no rows, a class without a row, or the wrong task
 */
export function fitAnswerParts(
  model: FittedModel,
  raw: readonly Float64Array[],
  target: Target,
  { calibrate, interval, decide }: AnswerOptions,
): AnswerParts {
  if (raw[0].length === 0) throw errors.CALIBRATION_UNFIT({ problem: "there is no row to fit on" });
  if (target.kind === "number") {
    if (calibrate !== null || decide !== null)
      throw errors.CALIBRATION_UNFIT({ problem: "numbers are neither calibrated nor decided on" });
    if (interval === null) return {};
    const outputs = outputsOf(model, raw);
    if (outputs.task !== "regression") throw errors.CALIBRATION_UNFIT({ problem: `the model answers ${outputs.task}` });
    return { interval: splitConformal(target.values, outputs.values, interval.coverage) };
  }
  if (interval !== null) throw errors.CALIBRATION_UNFIT({ problem: "an interval is for numbers" });
  const calibrated = calibrate === null ? {} : { calibration: fitCalibration(model, raw, target, calibrate) };
  if (decide === null) return calibrated;
  const outputs = answerOutputs({ model, ...calibrated }, raw);
  if (outputs.task !== "classification" || target.classes.length !== 2)
    throw errors.CALIBRATION_UNFIT({ problem: `costs decide between two classes, and there are ${target.classes.length}` });
  if (!(decide.falseAlarm > 0 && decide.missed > 0 && Number.isFinite(decide.falseAlarm + decide.missed)))
    throw errors.CALIBRATION_UNFIT({ problem: "costs are numbers above 0" });
  return { ...calibrated, decisionThreshold: decisionThreshold(outputs.probability[1], Uint8Array.from(target.codes), decide) };
}

function fitCalibration(
  { space }: FittedModel,
  raw: readonly Float64Array[],
  { codes, classes }: Extract<Target, { kind: "class" }>,
  kind: Calibration["kind"],
): Calibration {
  const absent = classes.find((_, own) => !codes.includes(own));
  if (absent !== undefined) throw errors.CALIBRATION_UNFIT({ problem: `no row is of class ${JSON.stringify(absent)}` });
  const scores = calibrationScores(space, raw);
  const isOwn = (place: number) => {
    const own = scores.length === 1 ? 1 : place;
    return Uint8Array.from(codes, (code) => (code === own ? 1 : 0));
  };
  return kind === "isotonic"
    ? { kind, byClass: scores.map((values, place) => fitIsotonic(values, isOwn(place))) }
    : { kind, byClass: scores.map((values, place) => fitPlatt(values, isOwn(place))) };
}
