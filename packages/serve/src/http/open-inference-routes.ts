import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "../errors.js";
import { outputTensors, tensorOfColumn } from "../forms/open-inference.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { PredictionService } from "../service.js";
import type { Door } from "./door.js";
import { checkOptions } from "./query-options.js";
import { sendScored } from "./scoring-routes.js";

type ModelRequest = FastifyRequest<{ Params: { name: string; version?: string } }>;

const OPTIONS = { explain: false, top: null, view: "feature" } as const;

/** Version 2 of the Open Inference Protocol over REST, as KServe, Triton and Seldon speak it; a model is a pipeline. */
export function addOpenInferenceRoutes(app: FastifyInstance, service: PredictionService, door: Door): void {
  app.get("/v2", () => ({ name: "atalaya", version: "1", extensions: [] }));
  app.get("/v2/health/live", () => ({ live: true }));
  app.get("/v2/health/ready", (_request, reply) => {
    const ready = service.pipelines.every(({ model }) => model !== null);
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  for (const path of ["/v2/models/:name", "/v2/models/:name/versions/:version"]) {
    app.get(path, (request: ModelRequest) => describe(find(service, request)));
    app.get(`${path}/ready`, (request: ModelRequest) => {
      const { name } = find(service, request);
      return { name, ready: true };
    });
    app.post(`${path}/infer`, (request: ModelRequest, reply) => {
      checkOptions(request.query as object, []);
      const pipeline = find(service, request);
      return sendScored(service, door, { pipeline, form: "openInference", options: OPTIONS, request, reply });
    });
  }
}

/** @throws SERVE_PIPELINE_UNKNOWN, SERVE_NOT_READY, SERVE_VERSION_UNKNOWN for a version that this process does not serve */
function find(service: PredictionService, { params }: ModelRequest): ServedPipeline {
  const pipeline = service.pipeline(params.name);
  const { version } = pipeline.ready();
  if (params.version === undefined || params.version === String(version)) return pipeline;
  throw errors.VERSION_NOT_SERVED({ pipeline: pipeline.name, version: params.version.slice(0, 20), served: version });
}

function describe(pipeline: ServedPipeline) {
  const { version, scoring } = pipeline.ready();
  return {
    name: pipeline.name,
    versions: [String(version)],
    platform: "atalaya",
    inputs: scoring.inputs.map(tensorOfColumn),
    outputs: outputTensors(scoring),
  };
}
