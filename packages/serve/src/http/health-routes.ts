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
  /** Why it is not ready, or why the version that is served is not the one that the alias names. */
  readonly problem: { readonly code: string; readonly detail: string } | null;
}

export function readinessOf(pipeline: ServedPipeline): PipelineReadiness {
  const { name, model, pinned, problem, alias } = pipeline;
  const unset = { code: "SERVE_NOT_READY", detail: `No version of ${name} carries the alias ${alias}.` };
  const told = problem === null ? null : { code: problem.code, detail: problem.message };
  if (model === null) {
    return { name, ready: false, version: null, alias: null, model: null, pinned, since: null, problem: told ?? unset };
  }
  const { version, hash, loadedAt } = model;
  return { name, ready: true, version, alias: model.alias, model: hash, pinned, since: loadedAt.toISOString(), problem: told };
}

/** `/health`: the process answers. `/ready`: every pipeline has a model. `/metrics`: for Prometheus. */
export function addHealthRoutes(app: FastifyInstance, service: PredictionService): void {
  const startedAt = performance.now();
  app.get("/health", () => ({ status: "ok", uptimeSeconds: Math.round((performance.now() - startedAt) / 1000) }));
  app.get("/ready", (_request, reply) => {
    const pipelines = service.pipelines.map(readinessOf);
    const ready = pipelines.every((pipeline) => pipeline.ready);
    return reply.code(ready ? 200 : 503).send({ ready, pipelines });
  });
  app.get("/metrics", async (_request, reply) => {
    const text = await service.metrics.text();
    return reply.header("content-type", service.metrics.contentType).send(text);
  });
}
