import type { JsonSchema, JsonValue } from "@atalaya/learn";
import { describeRow } from "@atalaya/learn/answering";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { explanationSchema, globalSchema, headSchemas, predictionSchema, problemSchema } from "./answer-schemas.js";
import {
  jsonContent,
  keyHeader,
  pathParameter,
  problems,
  readOperation,
  reference,
  topParameter,
  viewParameter,
} from "./operations.js";
import { invocationPaths, openInferencePaths } from "./protocol-paths.js";

/**
 * OpenAPI 3.1 document of what is served now: the paths of each pipeline with the schema of its rows, made from the
 * model that answers. A pipeline without a model takes any object until it has one.
 */
export function openApiDocument(pipelines: readonly ServedPipeline[]): JsonSchema {
  const [only, ...others] = pipelines;
  const paths: Record<string, JsonValue> = { ...systemPaths(), ...openInferencePaths(pipelines) };
  for (const pipeline of pipelines) Object.assign(paths, pipelinePaths(pipeline, `/v1/pipelines/${pipeline.name}`, ""));
  if (only !== undefined && others.length === 0) Object.assign(paths, pipelinePaths(only, "", "Short"), invocationPaths(only));
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

const optionProperties = {
  explain: { type: "boolean" },
  top: { type: "integer", minimum: 1, maximum: 999_999 },
  by: viewSchema(),
};

function viewSchema(): JsonSchema {
  return { type: "string", enum: ["feature", "column", "both"] };
}

function pipelinePaths({ name, model }: ServedPipeline, prefix: string, suffix: string): Record<string, JsonValue> {
  const row = reference(`${name}.row`);
  const rows = { type: "array", items: row };
  const wrapped = { type: "object", properties: { rows, ...optionProperties }, required: ["rows"], additionalProperties: false };
  const example = model?.scoring.example ?? null;
  const json = { schema: { anyOf: [row, wrapped, rows] }, ...(example === null ? {} : { example }) };
  const text = { schema: { type: "string" } };
  const requestBody = { required: true, content: { "application/json": json, "application/x-ndjson": text, "text/csv": text } };
  const prediction = reference(`${name}.prediction`);
  const explanation = reference(`${name}.explanation`);
  const operation = (action: string, summary: string, more: Record<string, JsonValue>): JsonValue => ({
    post: { operationId: `${action}${suffix}-${name}`, summary, tags: [name], ...more },
  });
  const scored = (isExplained: boolean): JsonValue => ({
    200: {
      description: "One answer for one row, a list for rows, a stream for a stream",
      content: {
        "application/json": { schema: headSchemas(prediction, explanation, isExplained, model?.rules.fields ?? null) },
        "application/x-ndjson": text,
        "text/csv": text,
      },
    },
    ...problems(400, 408, 409, 413, 415, 422),
  });
  const loaded = {
    200: { description: "What is served now", ...jsonContent(loadedSchema) },
    ...problems(400, 404, 408, 409, 413, 415),
  };
  const explain = { name: "explain", in: "query", description: "Say why, too", schema: { type: "boolean" } };
  return {
    [`${prefix}/predict`]: operation("predict", `Predict with ${name}`, {
      parameters: [explain, topParameter, viewParameter, keyHeader],
      requestBody,
      responses: scored(false),
    }),
    [`${prefix}/explain`]: operation("explain", `Predict with ${name} and say why`, {
      parameters: [topParameter, viewParameter, keyHeader],
      requestBody,
      responses: scored(true),
    }),
    [`${prefix}/counterfactual`]: operation("counterfactual", "The smallest change that gives another answer", {
      requestBody: { required: true, ...whatIfContent(row, example) },
      responses: {
        200: { description: "What would have to be otherwise", ...jsonContent(whatIfSchema) },
        ...problems(400, 408, 409, 413, 415, 422),
      },
    }),
    [`${prefix}/explain/global`]: readOperation(`explainGlobal${suffix}-${name}`, "What the model looks at on the whole", {
      schema: globalSchema,
      responses: problems(400),
    }),
    [`${prefix}/feedback`]: operation("feedback", "Say what was true of answers", {
      requestBody: { required: true, ...jsonContent({ anyOf: [labelSchema, { type: "array", items: labelSchema }] }) },
      responses: { 200: { description: "Labels taken", ...jsonContent(takenSchema) }, ...problems(400, 404, 408, 413, 415, 422) },
    }),
    [`${prefix}/reload`]: operation("reload", "Go back to the version that carries the alias", { responses: loaded }),
    [`${prefix}/load_model`]: operation("load", "Serve a version in this process until a reload", {
      requestBody: { required: false, ...jsonContent(wantedSchema) },
      responses: loaded,
    }),
  };
}

function whatIfContent(row: JsonValue, example: JsonValue): { content: JsonSchema } {
  const goal = {
    type: "object",
    properties: {
      atLeast: { type: "number" },
      atMost: { type: "number" },
      label: { type: "string" },
      alert: { type: "boolean" },
    },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  };
  const schema = {
    type: "object",
    properties: {
      row,
      goal,
      change: { type: "array", items: { type: "string" }, description: "Columns that may change" },
      most: { type: "integer", minimum: 1, maximum: 4, description: "Changes at once" },
    },
    required: ["row", "goal"],
    additionalProperties: false,
  };
  const asked = example === null ? {} : { example: { row: example, goal: { atLeast: 0 } } };
  return { content: { "application/json": { schema, ...asked } } };
}

const whatIfSchema: JsonSchema = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    prediction: { type: "object" },
    reached: { type: "boolean", description: "True: the row reaches the goal as it is" },
    counterfactual: {
      type: ["object", "null"],
      description: "null: no change was found, or none is needed",
      properties: {
        changes: {
          type: "array",
          items: {
            type: "object",
            properties: { column: { type: "string" }, from: {}, to: {} },
            required: ["column", "from", "to"],
          },
        },
        prediction: { type: "object" },
        distance: { type: "number" },
      },
      required: ["changes", "prediction", "distance"],
    },
  },
  required: ["id", "prediction", "reached", "counterfactual"],
};

const labelSchema: JsonSchema = {
  type: "object",
  properties: {
    id: {
      type: "string",
      description: "Id of the answer; row n of several is <id>:<n>",
      pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(:[0-9]{1,7})?$",
    },
    label: { type: ["number", "string", "boolean"], maxLength: 1_000 },
  },
  required: ["id", "label"],
  additionalProperties: false,
};

const takenSchema: JsonSchema = {
  type: "object",
  properties: { pipeline: { type: "string" }, taken: { type: "integer" } },
  required: ["pipeline", "taken"],
};

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
  const name = pathParameter("name");
  const days = {
    name: "days",
    in: "query",
    description: "Answers of so many days",
    schema: { type: "integer", minimum: 1, maximum: 999_999 },
  };
  const text = (operationId: string, summary: string, type: string): JsonValue => ({
    get: {
      operationId,
      summary,
      tags: ["service"],
      responses: { 200: { description: summary, content: { [type]: { schema: { type: "string" } } } } },
    },
  });
  return {
    "/health": readOperation("health", "The process answers"),
    "/ready": readOperation("ready", "Every pipeline has a model", {
      responses: { 503: { description: "Not yet", ...jsonContent({ type: "object" }) } },
    }),
    "/metrics": text("metrics", "Metrics in Prometheus' text format", "text/plain"),
    "/docs": text("docs", "This document as a page", "text/html"),
    "/v1/pipelines": readOperation("list", "What is served"),
    "/v1/pipelines/{name}": readOperation("describe", "One pipeline: its model, metrics, inputs and an example", {
      parameters: [name],
      responses: problems(400, 404),
    }),
    "/v1/pipelines/{name}/rollout": readOperation("rollout", "How versions on trial do", {
      parameters: [name],
      responses: problems(400, 404),
    }),
    "/v1/pipelines/{name}/quality": readOperation("quality", "How good the answers were, by version", {
      parameters: [name, days],
      responses: problems(400, 404),
    }),
  };
}
