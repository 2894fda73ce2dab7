import { describeRow } from "@atalaya/learn/answering";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { openApiDocument } from "../openapi/document.js";
import type { PredictionService } from "../service.js";
import { readinessOf } from "./health-routes.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

/** What is served, and how to ask it. */
export function addCatalogueRoutes(app: FastifyInstance, service: PredictionService): void {
  app.get("/v1/pipelines", () => ({ pipelines: service.pipelines.map(describeBriefly) }));
  app.get("/v1/pipelines/:name", (request: NamedRequest) => describe(service.pipeline(request.params.name)));
  app.get("/openapi.json", () => openApiDocument(service.pipelines));
}

/** `GET /`: what this is and where to go on. Left out where a console has that address. */
export function addHomeRoute(app: FastifyInstance, service: PredictionService): void {
  app.get("/", () => ({
    name: "Atalaya prediction service",
    pipelines: service.pipelines.map(describeBriefly),
    links: { pipelines: "/v1/pipelines", openapi: "/openapi.json", health: "/health", ready: "/ready", metrics: "/metrics" },
  }));
}

function describeBriefly(pipeline: ServedPipeline) {
  const { name, ready, version, alias, model } = readinessOf(pipeline);
  const { task = null, target = null } = pipeline.model?.scoring ?? {};
  return { name, ready, version, alias, model, task, target, links: linksOf(name) };
}

function describe(pipeline: ServedPipeline) {
  const readiness = readinessOf(pipeline);
  const links = linksOf(pipeline.name);
  if (pipeline.model === null) return { ...readiness, links };
  const { metrics, scoring } = pipeline.model;
  const { task, target, classes, inputs, example } = scoring;
  return {
    ...readiness,
    task,
    target,
    classes,
    metrics,
    inputs: inputs.map(describeColumn),
    schema: describeRow(inputs),
    example,
    links,
  };
}

/** Without the names that the column has in its source: they are no business of a caller. */
function describeColumn({ from: _from, ...column }: ServedColumn): Omit<ServedColumn, "from"> {
  return column;
}

type ServedColumn = NonNullable<ServedPipeline["model"]>["scoring"]["inputs"][number];

function linksOf(name: string) {
  const self = `/v1/pipelines/${name}`;
  return {
    self,
    predict: `${self}/predict`,
    explain: `${self}/explain`,
    reload: `${self}/reload`,
    loadModel: `${self}/load_model`,
  };
}
