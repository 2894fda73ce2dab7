import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BodyForm } from "../answers/score-body.js";
import { type AnswerText, type ScoringRequest, scoreRequest } from "../answers/score-request.js";
import { errors } from "../errors.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { PredictionService } from "../service.js";
import { callerOf, continueTrace } from "./caller.js";
import type { Door } from "./door.js";
import { answerOptions, checkOptions } from "./query-options.js";
import { streamAnswers } from "./stream-answers.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

const JSON_TYPE = "application/json; charset=utf-8";

/** `predict` and `explain`, by a pipeline's name and, for the only pipeline, without. */
export function addScoringRoutes(app: FastifyInstance, service: PredictionService, door: Door): void {
  for (const action of ["predict", "explain"] as const) {
    app.post(`/v1/pipelines/:name/${action}`, (request: NamedRequest, reply) =>
      answerRequest(service, door, service.pipeline(request.params.name), action, request, reply),
    );
    app.post(`/${action}`, (request, reply) =>
      answerRequest(service, door, service.onlyPipeline(action), action, request, reply),
    );
  }
  app.post("/v1/pipelines/:name/counterfactual", (request: NamedRequest, reply) =>
    answerWhatIf(service, door, service.pipeline(request.params.name), request, reply),
  );
  app.post("/counterfactual", (request, reply) =>
    answerWhatIf(service, door, service.onlyPipeline("counterfactual"), request, reply),
  );
}

/** What would have to be otherwise for another answer. */
function answerWhatIf(
  service: PredictionService,
  door: Door,
  pipeline: ServedPipeline,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  checkOptions(request.query as object, []);
  const options = { explain: false, top: null, view: "feature" } as const;
  return sendScored(service, door, { pipeline, form: "counterfactual", options, request, reply });
}

function answerRequest(
  service: PredictionService,
  door: Door,
  pipeline: ServedPipeline,
  action: "predict" | "explain",
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  const options = answerOptions(request.query, action);
  if (request.body instanceof Readable) return streamAnswers(service, door, { pipeline, options, request, reply });
  return sendScored(service, door, { pipeline, form: "rows", options, request, reply });
}

/** Scores a whole body and sends the answer; the one way in for every protocol. */
export function sendScored(
  service: PredictionService,
  door: Door,
  {
    pipeline,
    form,
    options,
    request,
    reply,
  }: Pick<ScoringRequest, "pipeline" | "options"> & {
    readonly form: BodyForm;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  },
): FastifyReply | Promise<FastifyReply> {
  const caller = callerOf(request);
  door.gate.enter(caller);
  const body = bodyOf(request);
  const trace = continueTrace(request, reply);
  const elapsedMs = () => reply.elapsedTime;
  const answer = () => scoreRequest(service, { pipeline, form, body, options, caller, trace, elapsedMs });
  const key = request.headers["idempotency-key"];
  if (typeof key === "string") return sendOnce(door, keyOf(key, caller, request.url), body, answer, reply);
  const scored = answer();
  if (scored instanceof Promise) return scored.then((text) => send(reply, text));
  return send(reply, scored);
}

async function sendOnce(
  door: Door,
  key: string,
  body: Uint8Array | undefined,
  answer: () => AnswerText | Promise<AnswerText>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { answer: text, isRepeated } = await door.idempotent.once(key, body, answer);
  if (isRepeated) reply.header("idempotency-replayed", "true");
  return send(reply, text);
}

/** One caller's key is nobody else's, and stands for one address. @throws SERVE_BAD_OPTION */
function keyOf(key: string, caller: string, url: string): string {
  if (key.length === 0 || key.length > 255) {
    throw errors.BAD_OPTION({ option: "Idempotency-Key", expected: "1 to 255 characters", received: `${key.length}` });
  }
  return `${caller}\n${url}\n${key}`;
}

function send(reply: FastifyReply, text: AnswerText): FastifyReply {
  return reply.header("content-type", JSON_TYPE).send(text);
}

/** As `bodyOf`, of a body that is read on this thread: a large one would hold up everyone else. @throws SERVE_BODY_TOO_LARGE */
export function smallBodyOf(request: FastifyRequest, mostBytes: number): Uint8Array | undefined {
  const body = bodyOf(request);
  if (body !== undefined && body.length > mostBytes) throw errors.BODY_TOO_LARGE({ limitBytes: mostBytes });
  return body;
}

/** The body's bytes as the content type parser left them. @throws SERVE_CONTENT_ENCODING, SERVE_CONTENT_TYPE */
export function bodyOf(request: FastifyRequest): Uint8Array | undefined {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw errors.CONTENT_ENCODING({ received: encoding.slice(0, 100) });
  if (request.body instanceof Readable) throw errors.CONTENT_TYPE({ received: request.headers["content-type"] ?? "missing" });
  return request.body instanceof Uint8Array ? request.body : undefined;
}
