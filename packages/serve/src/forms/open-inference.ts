import type { ColumnSchema } from "@atalaya/learn";
import type { Prediction } from "../answers/prediction.js";
import { errors } from "../errors.js";
import type { ScoringModel } from "../models/scoring-model.js";
import type { ModelIdentity } from "../models/served-model.js";

/** What is asked for in version 2 of the Open Inference Protocol: one tensor per input column. */
export interface InferenceRequest {
  readonly id: string | null;
  readonly rows: readonly unknown[];
  /** Names of the outputs that are wanted; null: all. */
  readonly outputs: readonly string[] | null;
}

type Datatype = "BOOL" | "INT64" | "FP64" | "BYTES";

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: Datatype;
  readonly data: readonly unknown[];
}

/** Datatypes of a request that hold values of the JSON type that a column takes. */
const datatypes = new Set([
  "BOOL",
  "UINT8",
  "UINT16",
  "UINT32",
  "UINT64",
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FP16",
  "FP32",
  "FP64",
  "BYTES",
]);

/** A column as the protocol describes it. */
export function tensorOfColumn({ name, type }: ColumnSchema): { name: string; datatype: Datatype; shape: readonly number[] } {
  const datatype = type === "boolean" ? "BOOL" : type === "integer" ? "INT64" : type === "number" ? "FP64" : "BYTES";
  return { name, datatype, shape: [-1, 1] };
}

/**
 * The rows of an inference request: every input a tensor of shape `[rows]` or `[rows, 1]`; null is missing.
 *
 * @throws SERVE_BAD_TENSOR, SERVE_TOO_MANY_ROWS
 */
export function readInference(body: unknown, mostRows: number): InferenceRequest {
  if (!isRecord(body) || !Array.isArray(body.inputs)) {
    throw errors.BAD_TENSOR({ tensor: "inputs", expected: "a list of tensors", received: "something else" });
  }
  const { id, inputs, outputs } = body as { id?: unknown; inputs: unknown[]; outputs?: unknown };
  if (id !== undefined && typeof id !== "string") {
    throw errors.BAD_TENSOR({ tensor: "id", expected: "text", received: typeof id });
  }
  if (inputs.length > 10_000)
    throw errors.BAD_TENSOR({ tensor: "inputs", expected: "10000 at most", received: `${inputs.length}` });
  const columns = inputs.map((input, position) => readTensor(input, position, mostRows));
  const names = new Set(columns.map(({ name }) => name));
  if (names.size !== columns.length) {
    throw errors.BAD_TENSOR({ tensor: "inputs", expected: "names that differ", received: "a name twice" });
  }
  const rowCount = columns[0]?.data.length ?? 0;
  const uneven = columns.find(({ data }) => data.length !== rowCount);
  if (uneven !== undefined) {
    throw errors.BAD_TENSOR({
      tensor: uneven.name,
      expected: `${rowCount} rows as the first`,
      received: `${uneven.data.length}`,
    });
  }
  const rows = Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name, data }) => [name, data[row]])),
  );
  return { id: id ?? null, rows, outputs: readOutputs(outputs) };
}

function readTensor(value: unknown, position: number, mostRows: number): { name: string; data: readonly unknown[] } {
  if (!isRecord(value) || typeof value.name !== "string") {
    throw errors.BAD_TENSOR({ tensor: `inputs[${position}]`, expected: "a tensor with a name", received: "something else" });
  }
  const { name, shape, datatype, data } = value;
  const tensor = name.slice(0, 100);
  if (typeof datatype !== "string" || !datatypes.has(datatype)) {
    throw errors.BAD_TENSOR({ tensor, expected: "a datatype such as FP64 or BYTES", received: String(datatype).slice(0, 50) });
  }
  if (!Array.isArray(data)) throw errors.BAD_TENSOR({ tensor, expected: "data as a list", received: "something else" });
  const flat = data.length > 0 && data.every((cell) => Array.isArray(cell) && cell.length === 1) ? data.flat() : data;
  const isShape =
    Array.isArray(shape) && shape[0] === flat.length && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
  if (!isShape) {
    throw errors.BAD_TENSOR({
      tensor,
      expected: `the shape [${flat.length}] or [${flat.length}, 1] of its data`,
      received: "another",
    });
  }
  if (flat.length > mostRows) throw errors.TOO_MANY_ROWS({ rows: flat.length, limit: mostRows });
  return { name, data: flat };
}

function readOutputs(value: unknown): readonly string[] | null {
  if (value === undefined) return null;
  if (Array.isArray(value) && value.every((output) => isRecord(output) && typeof output.name === "string")) {
    return value.map((output: { name: string }) => output.name);
  }
  throw errors.BAD_TENSOR({ tensor: "outputs", expected: "a list of tensors with names", received: "something else" });
}

/** Names and types of what the model answers. */
export function outputTensors({ task, classes }: Pick<ScoringModel, "task" | "classes">): Omit<Tensor, "data">[] {
  switch (task) {
    case "regression":
      return [{ name: "value", datatype: "FP64", shape: [-1] }];
    case "classification":
      return [
        { name: "label", datatype: "BYTES", shape: [-1] },
        { name: "probability", datatype: "FP64", shape: [-1, classes?.length ?? 0] },
      ];
    case "anomaly":
      return [
        { name: "score", datatype: "FP64", shape: [-1] },
        { name: "alert", datatype: "BOOL", shape: [-1] },
      ];
  }
}

/** The answer. @throws SERVE_BAD_TENSOR for an output that the model does not have */
export function inferenceAnswer(
  scoring: Pick<ScoringModel, "task" | "classes">,
  { pipeline, version }: ModelIdentity,
  request: InferenceRequest,
  predictions: readonly Prediction[],
  id: string,
): object {
  const known = outputTensors(scoring);
  const unknown = request.outputs?.find((name) => !known.some((tensor) => tensor.name === name));
  if (unknown !== undefined) {
    const expected = `one of ${known.map(({ name }) => name).join(", ")}`;
    throw errors.BAD_TENSOR({ tensor: "outputs", expected, received: unknown.slice(0, 100) });
  }
  const wanted = known.filter(({ name }) => request.outputs === null || request.outputs.includes(name));
  const outputs = wanted.map(({ name, datatype, shape }) => ({
    name,
    datatype,
    shape: [predictions.length, ...shape.slice(1)],
    data: predictions.flatMap((prediction) => cellsOf(prediction, name, scoring.classes ?? [])),
  }));
  return { model_name: pipeline, model_version: String(version), id: request.id ?? id, outputs };
}

function cellsOf(prediction: Prediction, name: string, classes: readonly string[]): unknown[] {
  if (name === "probability" && "probability" in prediction) return classes.map((label) => prediction.probability[label]);
  return [(prediction as unknown as Record<string, unknown>)[name]];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
