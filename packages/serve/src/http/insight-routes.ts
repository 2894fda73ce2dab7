import type { FastifyInstance, FastifyRequest } from "fastify";
import { globalExplanation } from "../answers/global-explanation.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { PredictionService } from "../service.js";
import { checkOptions } from "./query-options.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

/** What the model looks at on the whole, and how versions on trial do. */
export function addInsightRoutes(app: FastifyInstance, service: PredictionService): void {
  app.get("/v1/pipelines/:name/explain/global", (request: NamedRequest) => {
    checkOptions(request.query as object, []);
    return explainGlobally(service.pipeline(request.params.name));
  });
  app.get("/explain/global", (request) => {
    checkOptions(request.query as object, []);
    return explainGlobally(service.onlyPipeline("explain/global"));
  });
  app.get("/v1/pipelines/:name/rollout", (request: NamedRequest) => {
    const pipeline = service.pipeline(request.params.name);
    return { pipeline: pipeline.name, trials: service.rolloutOf(pipeline)?.report() ?? [] };
  });
}

function explainGlobally(pipeline: ServedPipeline) {
  const model = pipeline.ready();
  const { version, alias, hash } = model;
  return { pipeline: pipeline.name, version, alias, model: hash, ...globalExplanation(model) };
}
