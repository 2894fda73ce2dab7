import type { Frame } from "@atalaya/learn";
import { errors } from "../errors.js";
import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { decodeBody } from "../rows/decode-body.js";
import { requestRows } from "../rows/request-rows.js";
import type { PredictionService } from "../service.js";
import { type Explanation, keepStrongest } from "./explanation.js";
import type { Prediction } from "./prediction.js";

/** Which model answered. */
export interface AnswerHead {
  /** Names the answer; row `n` of several is `<id>:<n>`. */
  readonly id: string;
  readonly pipeline: string;
  readonly version: number;
  /** The alias by which the version was chosen; null: by its number. */
  readonly alias: string | null;
  /** SHA-256 of the model. */
  readonly model: string;
}

export type PredictAnswer = AnswerHead & ({ readonly prediction: Prediction } | { readonly predictions: readonly Prediction[] });

export interface ExplainedPrediction {
  readonly prediction: Prediction;
  readonly explanation: Explanation;
}

export type ExplainAnswer = AnswerHead & (ExplainedPrediction | { readonly predictions: readonly ExplainedPrediction[] });

/** A body that was read and found good, with the one model that answers all of it. */
interface ScoringRequest {
  readonly model: ServedModel;
  readonly rows: readonly unknown[];
  readonly isSingle: boolean;
  readonly frame: Frame;
}

/**
 * Answers a predict request and hands it to the prediction log. `elapsedMs` says how long the request has taken so far.
 *
 * @throws SERVE_NOT_READY, SERVE_BODY_…, SERVE_TOO_MANY_ROWS, SERVE_BAD_ROWS
 */
export function predictRequest(
  service: PredictionService,
  pipeline: ServedPipeline,
  body: Uint8Array | undefined,
  elapsedMs: () => number,
): PredictAnswer {
  const request = readRequest(pipeline, body, service.mostRows);
  const { model, isSingle, frame } = request;
  const predictions = model.scoring.predict(frame);
  const head = answerHead(service, model);
  service.metrics.predicted(model.pipeline, model.version, predictions.length);
  log(service, "predict", head.id, request, predictions, elapsedMs);
  return isSingle ? { ...head, prediction: predictions[0]! } : { ...head, predictions };
}

/** Answers an explain request with the `top` strongest effects of each row (null: all). @throws as `predictRequest` */
export function explainRequest(
  service: PredictionService,
  pipeline: ServedPipeline,
  body: Uint8Array | undefined,
  top: number | null,
  elapsedMs: () => number,
): ExplainAnswer {
  const request = readRequest(pipeline, body, service.mostExplainedRows);
  const { model, isSingle, frame } = request;
  const predictions = model.scoring.predict(frame);
  const explained = model.scoring.explain(frame).map((explanation, row): ExplainedPrediction => {
    return { prediction: predictions[row]!, explanation: top === null ? explanation : keepStrongest(explanation, top) };
  });
  const head = answerHead(service, model);
  service.metrics.explained(model.pipeline, model.version, explained.length);
  log(service, "explain", head.id, request, predictions, elapsedMs);
  return isSingle ? { ...head, ...explained[0]! } : { ...head, predictions: explained };
}

function readRequest(pipeline: ServedPipeline, body: Uint8Array | undefined, mostRows: number): ScoringRequest {
  const model = pipeline.ready();
  const { rows, isSingle } = requestRows(decodeBody(body), mostRows);
  const { frame, problems } = model.scoring.read(rows);
  if (problems.length > 0) throw errors.BAD_ROWS({ pipeline: pipeline.name, problems, isSingle });
  return { model, rows, isSingle, frame };
}

function answerHead(service: PredictionService, { pipeline, version, alias, hash }: ServedModel): AnswerHead {
  return { id: service.nextId(), pipeline, version, alias, model: hash };
}

function log(
  service: PredictionService,
  kind: "predict" | "explain",
  id: string,
  { model, rows, isSingle }: ScoringRequest,
  predictions: readonly Prediction[],
  elapsedMs: () => number,
): void {
  if (service.log === null) return;
  const { pipeline, version, hash } = model;
  const latencyMs = elapsedMs();
  service.log.offer({ id, kind, at: Date.now(), pipeline, version, model: hash, latencyMs, rows, predictions, isSingle });
}
