import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ExplainAnswer, explainRequest, type PredictAnswer, predictRequest } from "../answers/score-request.js";
import { errors } from "../errors.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { PredictionService } from "../service.js";
import { checkOptions, countOption } from "./query-options.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

/** `predict` and `explain`, by a pipeline's name and, for the only pipeline, without. */
export function addScoringRoutes(app: FastifyInstance, service: PredictionService): void {
  for (const [action, answer] of [
    ["predict", predict],
    ["explain", explain],
  ] as const) {
    app.post(`/v1/pipelines/:name/${action}`, (request: NamedRequest, reply) =>
      answer(service, service.pipeline(request.params.name), request, reply),
    );
    app.post(`/${action}`, (request, reply) => answer(service, service.onlyPipeline(action), request, reply));
  }
}

function predict(
  service: PredictionService,
  pipeline: ServedPipeline,
  request: FastifyRequest,
  reply: FastifyReply,
): PredictAnswer {
  checkOptions(request.query as object, []);
  return predictRequest(service, pipeline, bodyOf(request), () => reply.elapsedTime);
}

function explain(
  service: PredictionService,
  pipeline: ServedPipeline,
  request: FastifyRequest,
  reply: FastifyReply,
): ExplainAnswer {
  checkOptions(request.query as object, ["top"]);
  return explainRequest(service, pipeline, bodyOf(request), countOption(request.query, "top"), () => reply.elapsedTime);
}

/** The body's bytes as the content type parser left them. @throws SERVE_CONTENT_ENCODING */
export function bodyOf(request: FastifyRequest): Uint8Array | undefined {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw errors.CONTENT_ENCODING({ received: encoding.slice(0, 100) });
  return request.body instanceof Uint8Array ? request.body : undefined;
}
