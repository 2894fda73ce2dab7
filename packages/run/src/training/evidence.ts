import { type AnswerParts, answerOutputs, type Evidence, type FittedModel, outputsOf, type Target } from "@atalaya/learn";

/** What metrics are computed from: truth and answers of the same rows, on the scale of the answer. */
export function evidenceOf(
  answering: AnswerParts & { readonly model: FittedModel },
  raw: readonly Float64Array[],
  target: Target,
): Evidence {
  const outputs = answerOutputs(answering, raw);
  if (outputs.task === "regression" && target.kind === "number") {
    return { task: "regression", truth: target.values, predicted: outputs.values };
  }
  if (outputs.task === "classification" && target.kind === "class") {
    const { task, probability, decisionThreshold } = outputs;
    const decided = decisionThreshold === undefined ? {} : { decisionThreshold };
    return { task, classes: outputs.classes, truth: codesOf(target, outputs.classes), probability, ...decided };
  }
  throw new TypeError(`a model for ${outputs.task} was given a ${target.kind} as truth`);
}

/** Anomaly scores by row, and the score from which a row is an alert. */
export function scoresOf(model: FittedModel, raw: readonly Float64Array[]): { scores: Float64Array; alertThreshold: number } {
  const outputs = outputsOf(model, raw);
  if (outputs.task !== "anomaly") throw new TypeError(`a model for ${outputs.task} was asked for anomaly scores`);
  return outputs;
}

/** The classes by their places in the model: rows that lack one of them would count the others otherwise. */
function codesOf({ codes, classes }: Extract<Target, { kind: "class" }>, known: readonly string[]): Int32Array {
  const places = classes.map((name) => known.indexOf(name));
  return codes.map((code) => places[code] ?? -1);
}
