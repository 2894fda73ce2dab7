import type { FastifyInstance, FastifyRequest } from "@atalaya/serve";
import { trace } from "../audit/trace.js";
import { pipelineData, releaseBatch, showBatch } from "../data/batches.js";
import { countRequests, createRequestLog } from "../watch/request-log.js";
import { watchPipeline } from "../watch/watch.js";
import type { ConsoleOptions } from "./console-options.js";
import { countOption, numberInPath, requiredText, textOption } from "./query.js";

type Named = FastifyRequest<{ Params: { name: string } }>;

export function addDataRoutes(app: FastifyInstance, { store }: ConsoleOptions): void {
  app.get("/v1/console/data/:name", ({ params, query }: Named) =>
    pipelineData(store, params.name, countOption(query, "limit", 50, 1, 500), countOption(query, "offset", 0, 0, 100_000_000)),
  );
  app.get("/v1/console/batches/:batch", ({ params, query }: FastifyRequest<{ Params: { batch: string } }>) =>
    showBatch(
      store,
      numberInPath(params.batch, "batch"),
      countOption(query, "limit", 100, 1, 1_000),
      countOption(query, "offset", 0, 0, 100_000_000),
    ),
  );
  app.post("/v1/console/batches/:batch/release", ({ params, body }: FastifyRequest<{ Params: { batch: string } }>) => {
    const { who } = (body ?? {}) as { who?: unknown };
    const by = who === undefined ? "console" : requiredText(body, "who", 100);
    return releaseBatch(store, numberInPath(params.batch, "batch"), { who: by, why: requiredText(body, "why") });
  });
}

/** Traffic, how requests ended, drift of requests and predictions, and the decisions that batches led to. */
export function addWatchRoutes(app: FastifyInstance, { store, registry, pipelines }: ConsoleOptions): void {
  const requests = createRequestLog(pipelines.map(({ name }) => name));
  countRequests(app.server, requests);
  app.get("/v1/console/watch/:name", ({ params, query }: Named) => {
    const alias = pipelines.find(({ name }) => name === params.name)?.alias ?? "production";
    const hours = countOption(query, "hours", 24, 1, 24 * 90);
    return watchPipeline({ store, registry, requests }, { pipeline: params.name, alias, hours });
  });
}

export function addAuditRoutes(app: FastifyInstance, { store, registry }: ConsoleOptions): void {
  app.get("/v1/console/audit", ({ query }) => trace(store, registry, textOption(query, "about") ?? ""));
}
