import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer, Frame, ModelBundle, Scorer } from "@atalaya/learn";
import { checkReplay, createScorer, decodeBundle } from "@atalaya/learn/answering";
import { isOnnxBundle } from "@atalaya/registry/onnx";
import type { EffectView } from "../answers/explanation.js";
import { explanationOf } from "../answers/explanation-of.js";
import type { Prediction } from "../answers/prediction.js";
import { writePredictions } from "../answers/write-predictions.js";
import { errors } from "../errors.js";
import { openOnnxBundle } from "../onnx/open-onnx.js";
import type { ExplainedRows, ScoringModel } from "./scoring-model.js";

/** Time for scoring before the first request, so that the compiler has seen the code: the first callers do not pay for it. */
const WARM_UP_MS = 20;
/** The same code scores the next versions, so they only have to be touched. */
const WARM_UP_AGAIN_MS = 2;
let isWarm = false;

/**
 * A bundle as a model that answers.
 *
 * @throws LEARN_BUNDLE_…, SERVE_REPLAY_DIFFERS when it does not answer its replay rows as it did when it was made
 */
export function openBundle(bytes: Uint8Array): ScoringModel {
  if (isOnnxBundle(bytes)) return openOnnxBundle(bytes);
  const bundle = decodeBundle(bytes);
  const verdict = checkReplay(bundle);
  if (!verdict.ok) throw errors.REPLAY_DIFFERS({ because: verdict.because });
  const model = modelOf(bundle, createScorer(bundle));
  warmUp(model);
  return model;
}

/** As `openBundle`, in turns of some milliseconds, so that requests are answered meanwhile. @throws as `openBundle` */
export async function openBundleInTurns(bytes: Uint8Array): Promise<ScoringModel> {
  if (isOnnxBundle(bytes)) return openOnnxBundle(bytes);
  const bundle = decodeBundle(bytes);
  await nextTurn();
  const verdict = checkReplay(bundle);
  if (!verdict.ok) throw errors.REPLAY_DIFFERS({ because: verdict.because });
  await nextTurn();
  const model = modelOf(bundle, createScorer(bundle));
  warmUp(model);
  await nextTurn();
  return model;
}

/** As `openBundle`, of bytes that were opened before, on another thread; explanations are made ready when one is wanted. */
export function openTrustedBundle(bytes: Uint8Array): ScoringModel {
  if (isOnnxBundle(bytes)) return openOnnxBundle(bytes);
  const bundle = decodeBundle(bytes);
  const model = modelOf(bundle, createScorer(bundle));
  model.prepareExplanations?.();
  return model;
}

function modelOf(bundle: ModelBundle, scorer: Scorer): ScoringModel {
  const { task, target, model, features, replay, reference } = bundle;
  const unit = target?.unit ?? null;
  const toPrediction = (answer: Answer): Prediction => ("value" in answer ? { ...answer, unit } : answer);
  const predictExplained = (frame: Frame, view: EffectView): ExplainedRows => {
    const hasColumns = view !== "feature";
    const { answers, explanations } = scorer.answerExplained(frame);
    return {
      predictions: answers.map(toPrediction),
      explanations: explanations.map((row, at) => explanationOf(bundle, row, answers[at]!, { frame, row: at, hasColumns })),
    };
  };
  return {
    task,
    target,
    classes: model.classes,
    inputs: features.inputs,
    features: features.features.map(({ name }) => name),
    example: replay.rows[0] ?? null,
    sample: replay.rows,
    reference,
    read: scorer.read,
    predictRow: (row) => {
      const answer = scorer.answerRow(row);
      return answer === null ? null : toPrediction(answer);
    },
    predict: (frame) => scorer.answer(frame).map(toPrediction),
    writePredictions: (frame, form, id) => writePredictions(scorer.outputs(frame), unit, form, id),
    explain: (frame) => [...predictExplained(frame, "both").explanations],
    predictExplained,
    prepareExplanations: () => scorer.prepareExplanations(),
  };
}

function warmUp(model: ScoringModel): void {
  if (model.example === null) return;
  const end = performance.now() + (isWarm ? WARM_UP_AGAIN_MS : WARM_UP_MS);
  isWarm = true;
  do {
    const { frame } = model.read([model.example]);
    model.predict(frame);
    model.predictRow?.(model.example);
  } while (performance.now() < end);
}
