import { rowsToFrame } from "@atalaya/learn/answering";
import { decodeOnnxBundle, type OnnxHeader } from "@atalaya/registry/onnx";
import type { Prediction } from "../answers/prediction.js";
import { errors } from "../errors.js";
import type { ScoringModel } from "../models/scoring-model.js";
import { numbersOf } from "./onnx-feeds.js";
import { openSession } from "./onnx-runtime.js";

/** Another processor may add in another order: answers differ by so much (relative) at most. */
const REPLAY_LIMIT = 1e-5;

/**
 * An ONNX bundle as a model that answers. It explains nothing: onnxruntime tells no effects.
 *
 * @throws SERVE_ONNX_RUNTIME_MISSING, SERVE_ONNX_REFUSED, SERVE_REPLAY_DIFFERS
 */
export function openOnnxBundle(bytes: Uint8Array): ScoringModel {
  const { header, model } = decodeOnnxBundle(bytes);
  const session = openSession(model);
  const { replay, inputs, classes, target, task } = header;
  const read = (rows: unknown) => rowsToFrame(inputs, rows);
  checkAnswers(header, numbersOf(session, header, read(replay.rows).frame));
  const toPrediction = predictionOf(header);
  return {
    task,
    target,
    classes,
    inputs,
    features: inputs.map(({ name }) => name),
    example: replay.rows[0] ?? null,
    // A global explanation is made of these; there is none.
    sample: [],
    reference: [],
    read: (rows) => read(rows),
    predict: (frame) => numbersOf(session, header, frame).map(toPrediction),
    explain: () => {
      throw errors.NO_EXPLANATIONS({ pipeline: header.pipeline });
    },
  };
}

function checkAnswers({ replay }: OnnxHeader, answers: readonly (readonly number[])[]): void {
  replay.answers.forEach((expected, row) => {
    expected.forEach((value, place) => {
      const found = answers[row]?.[place] ?? Number.NaN;
      if (Math.abs(found - value) <= REPLAY_LIMIT * Math.max(1, Math.abs(value)) || Object.is(found, value)) return;
      throw errors.REPLAY_DIFFERS({ because: `replay row ${row}: output ${place} was ${value}, and is ${found} now` });
    });
  });
}

function predictionOf({ classes, target }: OnnxHeader): (numbers: readonly number[]) => Prediction {
  if (classes === null) return ([value = Number.NaN]) => ({ value, unit: target.unit });
  return (numbers) => {
    const best = numbers.reduce((at, value, place) => (value > (numbers[at] ?? 0) ? place : at), 0);
    const probability = Object.fromEntries(classes.map((name, place) => [name, numbers[place] ?? 0]));
    return { label: classes[best] ?? "", probability };
  };
}
