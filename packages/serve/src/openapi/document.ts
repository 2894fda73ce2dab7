import { describeRow, type JsonSchema, type JsonValue } from "@atalaya/learn";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { explanationSchema, headSchemas, predictionSchema, problemSchema } from "./answer-schemas.js";

const JSON_TYPE = "application/json";

/**
 * OpenAPI 3.1 document of what is served now: the paths of each pipeline with the schema of its rows, made from the
 * model that answers. A pipeline without a model takes any object until it has one.
 */
export function openApiDocument(pipelines: readonly ServedPipeline[]): JsonSchema {
  const [only, ...others] = pipelines;
  const paths: Record<string, JsonValue> = { ...systemPaths() };
  for (const pipeline of pipelines) Object.assign(paths, pipelinePaths(pipeline, `/v1/pipelines/${pipeline.name}`, ""));
  if (only !== undefined && others.length === 0) Object.assign(paths, pipelinePaths(only, "", "Short"));
  return {
    openapi: "3.1.0",
    info: { title: "Atalaya prediction service", version: "1" },
    paths,
    components: {
      schemas: { Problem: problemSchema, ...Object.fromEntries(pipelines.flatMap(pipelineSchemas)) },
    },
  };
}

function pipelineSchemas({ name, model }: ServedPipeline): [string, JsonSchema][] {
  const row: JsonSchema = model === null ? { type: "object" } : describeRow(model.scoring.inputs);
  const example = model?.scoring.example ?? null;
  return [
    [`${name}.row`, example === null ? row : { ...row, examples: [example] }],
    [`${name}.prediction`, predictionSchema(model?.scoring ?? null)],
    [`${name}.explanation`, explanationSchema],
  ];
}

function pipelinePaths({ name }: ServedPipeline, prefix: string, suffix: string): Record<string, JsonValue> {
  const row = reference(`${name}.row`);
  const rows = { type: "array", items: row };
  const wrapped = { type: "object", properties: { rows }, required: ["rows"], additionalProperties: false };
  const requestBody = jsonContent({ anyOf: [row, wrapped, rows] });
  const prediction = reference(`${name}.prediction`);
  const explained = {
    type: "object",
    properties: { prediction, explanation: reference(`${name}.explanation`) },
    required: ["prediction", "explanation"],
  };
  const operation = (action: string, summary: string, more: Record<string, JsonValue>): JsonValue => ({
    post: { operationId: `${action}${suffix}-${name}`, summary, tags: [name], ...more },
  });
  const scored = (one: JsonValue, several: JsonValue): JsonValue => ({
    200: { description: "One answer for one row, a list for rows", ...jsonContent(headSchemas(one, several)) },
    ...problems(400, 413, 415, 422, 503),
  });
  const loaded = {
    200: { description: "What is served now", ...jsonContent(loadedSchema) },
    ...problems(400, 404, 409, 415, 503),
  };
  const top = {
    name: "top",
    in: "query",
    description: "Only so many of the strongest effects",
    schema: { type: "integer", minimum: 1, maximum: 999_999 },
  };
  return {
    [`${prefix}/predict`]: operation("predict", `Predict with ${name}`, {
      requestBody: { required: true, ...requestBody },
      responses: scored({ prediction }, prediction),
    }),
    [`${prefix}/explain`]: operation("explain", `Predict with ${name} and say why`, {
      parameters: [top],
      requestBody: { required: true, ...requestBody },
      responses: scored({ prediction, explanation: reference(`${name}.explanation`) }, explained),
    }),
    [`${prefix}/reload`]: operation("reload", "Go back to the version that carries the alias", { responses: loaded }),
    [`${prefix}/load_model`]: operation("load", "Serve a version in this process until a reload", {
      requestBody: { required: false, ...jsonContent(wantedSchema) },
      responses: loaded,
    }),
  };
}

const wantedSchema: JsonSchema = {
  type: "object",
  properties: {
    version: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    alias: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9._-]{0,99}$" },
  },
  maxProperties: 1,
  additionalProperties: false,
};

const loadedSchema: JsonSchema = {
  type: "object",
  properties: {
    pipeline: { type: "string" },
    version: { type: "integer" },
    alias: { type: ["string", "null"] },
    model: { type: "string", description: "SHA-256 of the model" },
    pinned: { type: "boolean", description: "True: moves of the alias are ignored until a reload" },
    previous: {
      type: ["object", "null"],
      properties: { version: { type: "integer" }, model: { type: "string" } },
    },
  },
  required: ["pipeline", "version", "alias", "model", "pinned", "previous"],
};

function systemPaths(): Record<string, JsonValue> {
  const read = (
    operationId: string,
    summary: string,
    more: Record<string, JsonValue> = {},
    parameters: JsonValue[] = [],
  ): JsonValue => ({
    get: {
      operationId,
      summary,
      tags: ["service"],
      ...(parameters.length === 0 ? {} : { parameters }),
      responses: { 200: { description: "Done", ...jsonContent({ type: "object" }) }, ...more },
    },
  });
  const name = { name: "name", in: "path", required: true, schema: { type: "string" } };
  return {
    "/health": read("health", "The process answers"),
    "/ready": read("ready", "Every pipeline has a model", {
      503: { description: "Not yet", ...jsonContent({ type: "object" }) },
    }),
    "/metrics": {
      get: {
        operationId: "metrics",
        summary: "Metrics in Prometheus' text format",
        tags: ["service"],
        responses: { 200: { description: "Metrics", content: { "text/plain": { schema: { type: "string" } } } } },
      },
    },
    "/v1/pipelines": read("list", "What is served"),
    "/v1/pipelines/{name}": read("describe", "One pipeline: its model, metrics, inputs and an example", problems(404), [name]),
  };
}

function problems(...statuses: readonly number[]): Record<string, JsonValue> {
  const content = { "application/problem+json": { schema: reference("Problem") } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: descriptionByStatus[status] ?? "Refused", content }]),
  );
}

const descriptionByStatus: Readonly<Record<number, string>> = {
  400: "The body or an option cannot be read",
  404: "There is no such pipeline, version or alias",
  409: "The version cannot be trusted and was refused",
  413: "Too large, or too many rows",
  415: "Not JSON",
  422: "A field is missing, unknown or of another type",
  503: "There is no model to answer with yet",
};

function jsonContent(schema: JsonValue): { content: JsonSchema } {
  return { content: { [JSON_TYPE]: { schema } } };
}

function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
