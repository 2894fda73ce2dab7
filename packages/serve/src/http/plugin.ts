import type { FastifyInstance } from "fastify";
import type { PredictionService } from "../service.js";
import { sendProblem } from "./answer-problems.js";
import { addCatalogueRoutes, addHomeRoute } from "./catalogue-routes.js";
import { addHealthRoutes } from "./health-routes.js";
import { addModelRoutes } from "./model-routes.js";
import { addScoringRoutes } from "./scoring-routes.js";

export interface PredictionRoutesOptions {
  readonly service: PredictionService;
  /** Largest body in bytes. */
  readonly bodyBytes?: number;
  /** False: `GET /` is left to someone else, such as the console. */
  readonly home?: boolean;
}

export const DEFAULT_BODY_BYTES = 10 * 1024 * 1024;

/**
 * The routes of the prediction service as a Fastify plugin: `app.register(predictionRoutes, { service })`. Its parser of
 * bodies and its error answers stay inside; `answerProblems` and `measureRequests` are for the whole server.
 */
export async function predictionRoutes(app: FastifyInstance, options: PredictionRoutesOptions): Promise<void> {
  const { service, bodyBytes: bodyLimit = DEFAULT_BODY_BYTES, home = true } = options;
  app.removeAllContentTypeParsers();
  // Bytes, not values: each route decodes them itself, so a bad body is answered without closing the connection.
  app.addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => sendProblem(service, bodyLimit, error, request, reply));
  addScoringRoutes(app, service);
  addModelRoutes(app, service);
  addHealthRoutes(app, service);
  addCatalogueRoutes(app, service);
  if (home) addHomeRoute(app, service);
}
