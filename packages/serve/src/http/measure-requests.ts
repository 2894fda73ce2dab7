import type { FastifyInstance } from "fastify";
import type { PredictionService } from "../service.js";

/**
 * Counts and times the requests of this instance, and of what is registered on it later, by their route pattern, never
 * by the address that was asked for.
 */
export function measureRequests(app: FastifyInstance, service: PredictionService): void {
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    service.metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}
