import type { FastifyInstance } from "fastify";
import type { PredictionService } from "../service.js";
import { sendProblem } from "./answer-problems.js";
import { addCatalogueRoutes, addHomeRoute } from "./catalogue-routes.js";
import { addDocsRoute } from "./docs-route.js";
import { createDoor } from "./door.js";
import { addHealthRoutes } from "./health-routes.js";
import { addInsightRoutes } from "./insight-routes.js";
import { addInvocationRoutes } from "./invocation-routes.js";
import { addModelRoutes } from "./model-routes.js";
import { addOpenInferenceRoutes } from "./open-inference-routes.js";
import { readBody } from "./read-body.js";
import { addScoringRoutes } from "./scoring-routes.js";
import { addTruthRoutes } from "./truth-routes.js";

export interface PredictionRoutesOptions {
  readonly service: PredictionService;
  /** Largest body in bytes. */
  readonly bodyBytes?: number;
  /** False: `GET /` is left to someone else, such as the console. */
  readonly home?: boolean;
  /** Longest time for a body to arrive, and longest pause of a stream. */
  readonly arrivalMs?: number;
  /** Requests a second that one caller may send; absent: as many as it likes. */
  readonly requestsPerSecond?: number;
  /** How late the event loop may be before new requests are refused: five seconds unless said otherwise. */
  readonly mostLagMs?: number;
}

export const DEFAULT_BODY_BYTES = 10 * 1024 * 1024;

/**
 * The routes of the prediction service as a Fastify plugin: `app.register(predictionRoutes, { service })`. Its parser of
 * bodies and its error answers stay inside; `answerProblems` and `measureRequests` are for the whole server.
 */
export async function predictionRoutes(app: FastifyInstance, options: PredictionRoutesOptions): Promise<void> {
  const {
    service,
    bodyBytes = DEFAULT_BODY_BYTES,
    home = true,
    arrivalMs = 30_000,
    requestsPerSecond,
    mostLagMs = 5_000,
  } = options;
  const door = createDoor({
    bodyBytes,
    arrivalMs,
    requestsPerSecond: requestsPerSecond ?? null,
    mostLagMs,
    answers: service.answers,
  });
  app.addHook("onClose", async () => {
    door.gate.close();
    door.idempotent.close();
  });
  app.removeAllContentTypeParsers();
  // Bytes, not values: each route decodes them itself, so a bad body is answered without closing the connection.
  app.addContentTypeParser("application/json", (request, payload, done) => {
    readBody(payload, request.headers["content-length"], door.limits, done);
  });
  // Streams are read by those who answer them.
  app.addContentTypeParser(["application/x-ndjson", "application/jsonl", "text/csv"], (_request, payload, done) =>
    done(null, payload),
  );
  app.setErrorHandler((error, request, reply) => sendProblem(service, bodyBytes, error, request, reply));
  addScoringRoutes(app, service, door);
  addOpenInferenceRoutes(app, service, door);
  addInvocationRoutes(app, service, door);
  addTruthRoutes(app, service, door);
  addInsightRoutes(app, service);
  addModelRoutes(app, service);
  addHealthRoutes(app, service);
  addCatalogueRoutes(app, service);
  addDocsRoute(app);
  if (home) addHomeRoute(app, service);
}
