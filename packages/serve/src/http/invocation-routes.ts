import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "../errors.js";
import type { PredictionService } from "../service.js";
import type { Door } from "./door.js";
import { checkOptions } from "./query-options.js";
import { readBody } from "./read-body.js";
import { sendScored } from "./scoring-routes.js";
import { isCsvType } from "./stream-answers.js";

const OPTIONS = { explain: false, top: null, view: "feature" } as const;

/** What MLflow's scoring server answers, for the only pipeline: `POST /invocations`, `GET /ping`. */
export function addInvocationRoutes(app: FastifyInstance, service: PredictionService, door: Door): void {
  app.get("/ping", (_request, reply) => {
    const ready = service.pipelines.every(({ model }) => model !== null);
    return reply
      .code(ready ? 200 : 503)
      .header("content-type", "application/json; charset=utf-8")
      .send("\n");
  });
  app.post("/invocations", async (request, reply): Promise<FastifyReply> => {
    checkOptions(request.query as object, []);
    const pipeline = service.onlyPipeline("invocations");
    const isCsv = isCsvType(request.headers["content-type"] ?? "");
    if (isCsv && request.body instanceof Readable) request.body = await bodyWhole(request, door);
    const form = isCsv ? "invocationCsv" : "invocation";
    return sendScored(service, door, { pipeline, form, options: OPTIONS, request, reply });
  });
}

function bodyWhole(request: FastifyRequest, door: Door): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    readBody(request.body as Readable, request.headers["content-length"], door.limits, (error, body) => {
      if (error !== null) reject(error);
      else if (body === undefined || body.length === 0) reject(errors.BODY_MISSING({}));
      else resolve(body);
    });
  });
}
