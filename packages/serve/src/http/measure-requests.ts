import type { FastifyInstance } from "fastify";
import type { PredictionService } from "../service.js";

/**
 * Counts and times the requests of this instance, and of what is registered on it later, by their route pattern, never
 * by the address that was asked for.
 */
export function measureRequests(app: FastifyInstance, service: PredictionService): void {
  const ended = () => service.metrics.ended();
  app.addHook("onRequest", (_request, reply, done) => {
    service.metrics.begun();
    // Also told of requests whose caller went away.
    reply.raw.on("close", ended);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    service.metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const { onAnswered } = service;
    if (onAnswered !== null) {
      const { method, headers } = request;
      const answered = reply.getHeader("traceparent");
      onAnswered({
        ...{ method, route, status: reply.statusCode, milliseconds: reply.elapsedTime },
        given: headers.traceparent?.toString() ?? null,
        answered: typeof answered === "string" ? answered : null,
      });
    }
    done();
  });
}
