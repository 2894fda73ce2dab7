import type { JsonValue } from "@atalaya/learn";
import { outputTensors, tensorOfColumn } from "../forms/open-inference.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { jsonContent, pathParameter, problems, readOperation } from "./operations.js";

const tensor = {
  type: "object",
  properties: {
    name: { type: "string" },
    shape: { type: "array", items: { type: "integer", minimum: 0 } },
    datatype: { type: "string" },
    data: { type: "array", items: {} },
  },
  required: ["name", "shape", "datatype", "data"],
};

/** Paths of the Open Inference Protocol, version 2. */
export function openInferencePaths(pipelines: readonly ServedPipeline[]): Record<string, JsonValue> {
  const model = "/v2/models/{name}";
  const name = pathParameter("name");
  const version = pathParameter("version");
  const notFound = problems(400, 404, 503);
  const infer = (operationId: string, parameters: JsonValue[]): JsonValue => ({
    post: {
      operationId,
      summary: "Predict, with one tensor per column",
      tags: ["Open Inference Protocol"],
      parameters,
      requestBody: { required: true, ...inferenceBody(pipelines) },
      responses: {
        200: {
          description: "One tensor per output",
          ...jsonContent({
            type: "object",
            properties: {
              model_name: { type: "string" },
              model_version: { type: "string" },
              id: { type: "string" },
              outputs: { type: "array", items: tensor },
            },
            required: ["model_name", "model_version", "id", "outputs"],
          }),
        },
        ...problems(400, 404, 408, 409, 413, 415, 422),
      },
    },
  });
  const live = { schema: { type: "object" } };
  return {
    "/v2": readOperation("v2", "What speaks the protocol"),
    "/v2/health/live": readOperation("v2Live", "The process answers", live),
    "/v2/health/ready": readOperation("v2Ready", "Every pipeline has a model", {
      responses: { 503: { description: "Not yet", ...jsonContent({ type: "object" }) } },
    }),
    [model]: readOperation("v2Model", "Inputs and outputs of a model", { parameters: [name], responses: notFound }),
    [`${model}/ready`]: readOperation("v2ModelReady", "The model answers", { parameters: [name], responses: notFound }),
    [`${model}/infer`]: infer("v2Infer", [name]),
    [`${model}/versions/{version}`]: readOperation("v2Version", "Inputs and outputs of a version", {
      parameters: [name, version],
      responses: notFound,
    }),
    [`${model}/versions/{version}/ready`]: readOperation("v2VersionReady", "The version answers", {
      parameters: [name, version],
      responses: notFound,
    }),
    [`${model}/versions/{version}/infer`]: infer("v2VersionInfer", [name, version]),
  };
}

function inferenceBody(pipelines: readonly ServedPipeline[]): { content: Record<string, JsonValue> } {
  const schema = {
    type: "object",
    properties: {
      id: { type: "string" },
      inputs: { type: "array", items: tensor },
      outputs: { type: "array", items: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
    },
    required: ["inputs"],
  };
  const scoring = pipelines.find(({ model }) => model !== null)?.model?.scoring;
  const row = scoring?.example;
  if (scoring === undefined || row == null) return { content: { "application/json": { schema } } };
  const inputs = scoring.inputs.map((column) => {
    const { name, datatype } = tensorOfColumn(column);
    return { name, datatype, shape: [1], data: [row[name] ?? null] };
  });
  const example = { id: "1", inputs, outputs: outputTensors(scoring).map(({ name }) => ({ name })) };
  return { content: { "application/json": { schema, example } } };
}

/** Paths of MLflow's scoring server, for the only pipeline. */
export function invocationPaths(only: ServedPipeline): Record<string, JsonValue> {
  const cells = { type: "array", items: {} };
  const rows = { type: "array", items: { type: "object" } };
  const one = (name: string, schema: JsonValue): JsonValue => ({
    type: "object",
    properties: { [name]: schema, params: { type: "object", maxProperties: 0 } },
    required: [name],
    additionalProperties: false,
  });
  const split = {
    type: "object",
    properties: { columns: { type: "array", items: { type: "string" } }, index: cells, data: { type: "array", items: cells } },
    required: ["columns", "data"],
  };
  const byColumn = { type: "object", additionalProperties: cells };
  const schema = {
    anyOf: [
      one("dataframe_split", split),
      one("dataframe_records", rows),
      one("instances", { anyOf: [rows, byColumn] }),
      one("inputs", { anyOf: [rows, byColumn] }),
    ],
  };
  const row = only.model?.scoring.example ?? null;
  const json = row === null ? { schema } : { schema, example: { dataframe_records: [row] } };
  return {
    "/ping": {
      get: {
        operationId: "ping",
        summary: "Every pipeline has a model",
        tags: ["MLflow"],
        responses: {
          200: { description: "Yes", content: { "application/json": {} } },
          503: { description: "Not yet", content: { "application/json": {} } },
        },
      },
    },
    "/invocations": {
      post: {
        operationId: "invocations",
        summary: "Predict, as MLflow's scoring server does",
        tags: ["MLflow"],
        requestBody: { required: true, content: { "application/json": json, "text/csv": { schema: { type: "string" } } } },
        responses: {
          200: {
            description: "Values, labels, or 1 for an alert",
            ...jsonContent({ type: "object", properties: { predictions: { type: "array" } }, required: ["predictions"] }),
          },
          ...problems(400, 408, 409, 413, 415, 422),
        },
      },
    },
  };
}
