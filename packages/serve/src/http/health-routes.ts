import type { FastifyInstance } from "fastify";
import type { ServedPipeline } from "../models/served-pipeline.js";
import type { PredictionService } from "../service.js";

/** What a pipeline can do now, for probes and people. */
export interface PipelineReadiness {
  readonly name: string;
  readonly ready: boolean;
  readonly version: number | null;
  readonly alias: string | null;
  /** SHA-256 of the model. */
  readonly model: string | null;
  readonly pinned: boolean;
  readonly since: string | null;
  /** True: it answers with its last good version, as its models cannot be reached. */
  readonly degraded: boolean;
  /** Why it is not ready, or why the version that is served is not the one that the alias names. */
  readonly problem: { readonly code: string; readonly detail: string } | null;
}

export function readinessOf(pipeline: ServedPipeline): PipelineReadiness {
  const { name, model, pinned, problem, alias, degraded } = pipeline;
  const unset = { code: "SERVE_NOT_READY", detail: `No version of ${name} carries the alias ${alias}.` };
  const told = problem === null ? null : { code: problem.code, detail: problem.message };
  if (model === null) {
    return { name, ready: false, version: null, alias: null, model: null, pinned, since: null, degraded, problem: told ?? unset };
  }
  const { version, hash, loadedAt } = model;
  const since = loadedAt.toISOString();
  return { name, ready: true, version, alias: model.alias, model: hash, pinned, since, degraded, problem: told };
}

/** `/health`: the process answers, degraded where it stands on its own disk. `/ready`: every pipeline has a model. `/metrics`: for Prometheus. */
export function addHealthRoutes(app: FastifyInstance, service: PredictionService): void {
  const startedAt = performance.now();
  app.get("/health", () => {
    const degraded = service.pipelines.filter((pipeline) => pipeline.degraded).map(({ name }) => name);
    const spooling = service.log?.isSpooling ?? false;
    const status = degraded.length > 0 || spooling ? "degraded" : "ok";
    return { status, degraded, spooling, uptimeSeconds: Math.round((performance.now() - startedAt) / 1000) };
  });
  app.get("/ready", (_request, reply) => {
    const pipelines = service.pipelines.map(readinessOf);
    const ready = pipelines.every((pipeline) => pipeline.ready);
    return reply.code(ready ? 200 : 503).send({ ready, pipelines });
  });
  app.get("/metrics", async (_request, reply) => {
    for (const { name, degraded } of service.pipelines) service.metrics.degraded(name, degraded);
    const text = await service.metrics.text();
    return reply.header("content-type", service.metrics.contentType).send(text);
  });
}
