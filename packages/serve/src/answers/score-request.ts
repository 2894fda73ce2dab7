import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { Challenger } from "../rollout/challenger.js";
import type { AnswerOptions } from "../rows/request-rows.js";
import { splitBody } from "../rows/split-body.js";
import type { PredictionService } from "../service.js";
import type { ScoringThreads } from "../threads/scoring-threads.js";
import type { Explanation } from "./explanation.js";
import type { Prediction } from "./prediction.js";
import { type BodyForm, listAnswer, type ScoredBody, type ScoringCall, scoreBody } from "./score-body.js";

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
  const parts = threads === null ? null : partsOf(request, threads.threadCount);
  if (threads !== null && parts !== null) return scoreParts(service, threads, request, champion, call, parts);
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

/** A list of so many bytes is worth the work of several threads. */
const SPLIT_BYTES = 1024 * 1024;

function partsOf({ form, body, options }: ScoringRequest, threadCount: number): Uint8Array<ArrayBuffer>[] | null {
  if (form !== "rows" || options.explain || threadCount < 2 || (body?.length ?? 0) < SPLIT_BYTES) return null;
  return splitBody(body!, threadCount);
}

/** Every thread scores a part. What is wrong with one of them is told of the whole, as one thread finds it. */
async function scoreParts(
  service: PredictionService,
  threads: ScoringThreads,
  request: ScoringRequest,
  model: ServedModel,
  call: ScoringCall,
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<AnswerText> {
  const whole = async () => {
    const scored = await threads.score(model, call, request.body);
    tell(service, request, model, call.id, scored);
    return scored.bytes;
  };
  const { fields } = model.rules;
  if (fields.predict.length > 0) return whole();
  const scoring = parts.map((part) => threads.score(model, { ...call, isPart: true }, part, [part.buffer]));
  const scored = await Promise.all(scoring).catch(() => null);
  const rows = scored?.reduce((sum, part) => sum + part.rows, 0) ?? 0;
  if (scored === null || rows > call.mostRows) return whole();
  for (const part of scored) model.cost.observe(part.rows, part.milliseconds, false);
  const lists = scored.flatMap(({ log }) => (log === null ? [] : [log]));
  const log =
    lists.length < scored.length
      ? null
      : { inputs: joinLists(lists.map(({ inputs }) => inputs)), answers: joinLists(lists.map(({ answers }) => answers)) };
  tell(service, request, model, call.id, { rows, isExplained: false, log });
  const [head = "", tail = ""] = listAnswer(call.id, model.identity, BETWEEN).split(BETWEEN);
  return Buffer.concat([
    Buffer.from(head),
    ...scored.flatMap(({ bytes }, part) => (part === 0 ? [bytes] : [COMMA, bytes])),
    Buffer.from(tail),
  ]);
}

const COMMA = Buffer.from(",");
const BETWEEN = "\0";

/** Lists of JSON as one. */
function joinLists(lists: readonly string[]): string {
  return `[${lists.map((list) => list.trim().slice(1, -1)).join(",")}]`;
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
  { caller, trace, elapsedMs, model: chosen }: ScoringRequest,
  { pipeline, version }: ServedModel,
  id: string,
  { rows, isExplained, log, predictions = [] }: Pick<ScoredBody, "rows" | "isExplained" | "log"> & Partial<ScoredBody>,
): void {
  const latencyMs = elapsedMs();
  const text = log?.answers ?? null;
  const answered = { pipeline, version, rows, isExplained, predictions, text };
  service.metrics.answered({ ...answered, elapsedMs: chosen === undefined ? latencyMs : null });
  if (service.log === null || log === null || rows === 0) return;
  const kind = isExplained ? "explain" : "predict";
  const { inputs, answers } = log;
  service.log.offer({ id, kind, at: Date.now(), pipeline, version, latencyMs, rows, inputs, answers, caller, trace });
}
