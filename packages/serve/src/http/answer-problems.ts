import type { AtalayaError } from "@atalaya/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "../errors.js";
import { asAtalayaError, PROBLEM_MEDIA_TYPE, problemOf } from "../problems/problem.js";
import type { PredictionService } from "../service.js";
import { RouteTable } from "./route-table.js";

/** Seconds after which a caller may try again what failed for a while. */
const RETRY_AFTER_SECONDS = 5;

/** Sends any error as problem details; what nobody foresaw is logged with its stack, which is never sent. */
export function sendProblem(
  service: PredictionService,
  bodyLimit: number,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const occurrence = service.nextId();
  const known = asAtalayaError(error, { occurrence, bodyLimit, contentType: request.headers["content-type"] });
  if (known.status >= 500 && !known.retryable) {
    const cause = known.cause ?? known;
    const facts = { occurrence, code: known.code, method: request.method, url: request.url, error: describeCause(cause) };
    service.logger.error(facts, known.message);
  }
  if (known.code === "SERVE_OVERLOADED") service.metrics.refused("overloaded");
  if (known.code === "SERVE_TOO_MANY_REQUESTS") service.metrics.refused("too many requests");
  // What is not read of a body would stand before the next request.
  if (known.status === 408 || known.status === 413) reply.header("connection", "close");
  if (known.retryable) reply.header("retry-after", RETRY_AFTER_SECONDS);
  return reply
    .code(known.status)
    .header("content-type", PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemOf(known, occurrence)));
}

function describeCause(cause: unknown): object {
  return cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : { message: String(cause) };
}

/**
 * Makes this instance, and what is registered on it later, answer every error as problem details: thrown ones, unknown
 * addresses (with the one that was probably meant) and wrong methods. Call it before any route is added.
 */
export function answerProblems(app: FastifyInstance, service: PredictionService, bodyLimit: number): void {
  const routes = new RouteTable();
  app.addHook("onRoute", ({ method, url }) => routes.add(method, url));
  app.setErrorHandler((error, request, reply) => sendProblem(service, bodyLimit, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const error = nothingThere(service, routes, request);
    if (error.code === "SERVE_METHOD_NOT_ALLOWED") reply.header("allow", (error.details.allowed as string[]).join(", "));
    return sendProblem(service, bodyLimit, error, request, reply);
  });
}

function nothingThere(service: PredictionService, routes: RouteTable, request: FastifyRequest): AtalayaError {
  const { method } = request;
  const path = request.url.split("?", 1)[0]!;
  const shown = path.slice(0, 200);
  const allowed = routes.methodsAt(path);
  if (allowed.length > 0 && !allowed.includes(method)) return errors.METHOD_NOT_ALLOWED({ method, path: shown, allowed });
  const names = service.pipelines.map(({ name }) => name);
  return errors.ROUTE_UNKNOWN({ method, path: shown, suggestion: routes.nearest(method, path, names) });
}
