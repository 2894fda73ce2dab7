import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { Challenger } from "../rollout/challenger.js";
import type { AnswerOptions } from "../rows/request-rows.js";
import type { PredictionService } from "../service.js";
import type { Explanation } from "./explanation.js";
import type { Prediction } from "./prediction.js";
import { type BodyForm, type LoggedText, type ScoredBody, type ScoringCall, scoreBody } from "./score-body.js";

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

/** A body to be answered, with what is known of who sent it. */
export interface ScoringRequest {
  readonly pipeline: ServedPipeline;
  readonly form: BodyForm;
  readonly body: Uint8Array | undefined;
  readonly options: AnswerOptions;
  readonly caller: string | null;
  readonly trace: string | null;
  /** Milliseconds that the request has taken so far. */
  readonly elapsedMs: () => number;
  /** Parts of a stream: names of the columns, and the model that answers all of it. */
  readonly columns?: readonly string[];
  readonly model?: ServedModel;
}

/** An answer as JSON (or, to parts of CSV, as CSV). */
export type AnswerText = string | Uint8Array;

/** Work that is estimated to take longer leaves the event loop to others. */
const LONGEST_ON_LOOP_MS = 2;

/**
 * Answers a request, on this thread when it is quick, and hands it to the prediction log.
 *
 * @throws SERVE_NOT_READY, SERVE_OVERLOADED, and as `scoreBody`
 */
export function scoreRequest(service: PredictionService, request: ScoringRequest): AnswerText | Promise<AnswerText> {
  const { pipeline, form, body, options, columns } = request;
  const champion = request.model ?? pipeline.ready();
  const rollout = form === "counterfactual" ? null : service.rolloutOf(pipeline);
  const challenger = request.model === undefined ? (rollout?.choose() ?? null) : null;
  const model = challenger?.model ?? champion;
  const call: ScoringCall = {
    form,
    id: service.nextId(),
    options,
    mostRows: service.mostRows,
    mostExplainedRows: service.mostExplainedRows,
    wantsLog: service.log !== null,
    ...(columns === undefined ? {} : { columns }),
  };
  const { threads } = service;
  const isSearch = form === "counterfactual";
  if (threads !== null && (isSearch || model.cost.estimateMs(body?.length ?? 0, options.explain) > LONGEST_ON_LOOP_MS)) {
    return threads.score(model, call, body).then((scored) => {
      if (!isSearch) model.cost.observe(scored.rows, scored.milliseconds, scored.isExplained);
      tell(service, request, model, call.id, scored);
      return scored.bytes;
    });
  }
  if (challenger !== null) {
    const scored = tryChallenger(service, request, challenger, call);
    if (scored !== null) {
      tell(service, request, challenger.model, call.id, scored);
      return scored.text;
    }
  }
  const start = performance.now();
  const scored = scoreBody(champion, call, body);
  const milliseconds = performance.now() - start;
  if (!isSearch) champion.cost.observe(scored.rows, milliseconds, scored.isExplained);
  rollout?.championAnswered(scored.predictions, milliseconds, (other) => {
    service.metrics.challenged(pipeline.name, "shadow", scored.rows);
    return scoreBody(other, { ...call, wantsLog: false }, body).predictions;
  });
  tell(service, request, champion, call.id, scored);
  return scored.text;
}

/** null: it failed, and the champion answers. A row that is refused is no failure: @throws as `scoreBody`. */
function tryChallenger(
  service: PredictionService,
  { pipeline, body }: ScoringRequest,
  challenger: Challenger,
  call: ScoringCall,
): ScoredBody | null {
  const start = performance.now();
  const rollout = service.rolloutOf(pipeline);
  try {
    const scored = scoreBody(challenger.model, call, body);
    rollout?.tell(challenger, challenger.answered(scored.predictions, performance.now() - start, null));
    service.metrics.challenged(pipeline.name, challenger.role, scored.rows);
    return scored;
  } catch (error) {
    if (isRefusal(error)) throw error;
    rollout?.tell(challenger, challenger.failed());
    return null;
  }
}

function isRefusal(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return typeof status === "number" && status < 500;
}

/** To the metrics and the log. */
function tell(
  service: PredictionService,
  { caller, trace, elapsedMs }: ScoringRequest,
  { pipeline, version }: ServedModel,
  id: string,
  { rows, isExplained, log }: { rows: number; isExplained: boolean; log: LoggedText | null },
): void {
  if (isExplained) service.metrics.explained(pipeline, version, rows);
  else service.metrics.predicted(pipeline, version, rows);
  if (service.log === null || log === null || rows === 0) return;
  const kind = isExplained ? "explain" : "predict";
  service.log.offer({ id, kind, at: Date.now(), pipeline, version, latencyMs: elapsedMs(), rows, ...log, caller, trace });
}
