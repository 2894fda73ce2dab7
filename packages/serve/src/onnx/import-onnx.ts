import type { ColumnSchema, Frame } from "@atalaya/learn";
import { columnKindOf, rowAsJson, rowsToFrame } from "@atalaya/learn/answering";
import { encodeOnnxBundle, type OnnxFeed, type OnnxHeader, type TensorType } from "@atalaya/registry/onnx";
import { errors } from "../errors.js";
import type { Row } from "../models/scoring-model.js";
import { feedsOf, numbersOf } from "./onnx-feeds.js";
import { type OnnxSession, openSession, type TensorShape } from "./onnx-runtime.js";

export interface OnnxImport {
  readonly pipeline: string;
  readonly model: Uint8Array;
  /** What is known besides the model; null and empty: it says enough by itself. */
  readonly declared: {
    readonly inputs: readonly ColumnSchema[];
    readonly target: OnnxHeader["target"] | null;
    readonly classes: readonly string[] | null;
  };
  /** Rows as its users have them; null: a few are made up. */
  readonly rows: Frame | null;
}

const mostReplayRows = 100;
const madeUpRows = 10;

/**
 * An ONNX model of a table as a bundle that can be served. Inputs are one tensor [rows, columns], or one [rows, 1] for each
 * column; the answer is a number a row, or a probability a class.
 *
 * @returns its bytes
 * @throws SERVE_ONNX_RUNTIME_MISSING, SERVE_ONNX_REFUSED
 */
export function importOnnx({ pipeline, model, declared, rows }: OnnxImport): {
  readonly header: OnnxHeader;
  readonly bytes: Uint8Array;
} {
  const session = openSession(model);
  const { inputs, feed } = inputsOf(session.inputs, declared.inputs);
  const { output, label, task } = outputOf(session.outputs);
  const replayRows = rows === null || rows.rowCount === 0 ? madeUp(inputs) : rowsOf(rows, inputs);
  const { frame, problems } = rowsToFrame(inputs, replayRows);
  const [problem] = problems;
  if (problem !== undefined)
    throw errors.ONNX_REFUSED({
      because: `row ${(problem.row ?? 0) + 1} of the given rows: ${problem.field ?? ""} should be ${problem.expected}, but is ${problem.received}`,
    });
  const plan = {
    formatVersion: 1,
    pipeline,
    task,
    target: declared.target ?? { name: "prediction", unit: null },
    inputs,
    feed,
    output,
  } as const;
  const numbers = numbersOf(session, { ...plan, classes: null, replay: { rows: [], answers: [] } }, frame);
  const classes = task === "regression" ? null : classesOf(session, plan, { label, frame, numbers, declared: declared.classes });
  const answers = numbersOf(session, { ...plan, classes, replay: { rows: [], answers: [] } }, frame);
  const header: OnnxHeader = { ...plan, classes, replay: { rows: replayRows, answers } };
  return { header, bytes: encodeOnnxBundle({ header, model }) };
}

function inputsOf(
  tensors: readonly TensorShape[],
  declared: readonly ColumnSchema[],
): { readonly inputs: readonly ColumnSchema[]; readonly feed: OnnxFeed } {
  const [first, ...others] = tensors;
  if (first === undefined) throw errors.ONNX_REFUSED({ because: "it reads nothing" });
  const width = first.shape.at(-1);
  const isMatrix = others.length === 0 && first.shape.length === 2 && width !== 1;
  if (!isMatrix) return columnsOf(tensors, declared);
  const type = typeOf(first);
  if (type === "string") throw errors.ONNX_REFUSED({ because: `its input ${first.name} is a table of texts` });
  const count = typeof width === "number" ? width : declared.length;
  if (count === 0)
    throw errors.ONNX_REFUSED({ because: `it does not say how many columns ${first.name} has; name them with a signature` });
  if (declared.length > 0 && declared.length !== count)
    throw errors.ONNX_REFUSED({ because: `it reads ${count} columns, and its signature has ${declared.length}` });
  const inputs = Array.from({ length: count }, (_, place) => schemaOf(declared[place], `f${place}`, type));
  return { inputs, feed: { kind: "matrix", name: first.name, type } };
}

function columnsOf(tensors: readonly TensorShape[], declared: readonly ColumnSchema[]) {
  const byName = new Map(declared.map((column) => [column.name, column]));
  const inputs = tensors.map((tensor) => schemaOf(byName.get(tensor.name), tensor.name, typeOf(tensor)));
  const feeds = tensors.map((tensor) => {
    const rank = tensor.shape.length;
    if ((rank !== 1 && rank !== 2) || (rank === 2 && tensor.shape[1] !== 1))
      throw errors.ONNX_REFUSED({
        because: `its input ${tensor.name} has the shape [${tensor.shape.join(", ")}], which is no column`,
      });
    return { name: tensor.name, type: typeOf(tensor), rank: rank === 1 ? 1 : 2 } as const;
  });
  return { inputs, feed: { kind: "columns", tensors: feeds } as const };
}

function typeOf({ name, type }: TensorShape): TensorType {
  if (type === null) throw errors.ONNX_REFUSED({ because: `its input ${name} is no tensor of numbers, texts or booleans` });
  return type;
}

/** A tensor of whole numbers or booleans has no value for missing. */
function schemaOf(declared: ColumnSchema | undefined, name: string, tensor: TensorType): ColumnSchema {
  const isWhole = tensor === "int64" || tensor === "int32";
  const isText = tensor === "string";
  const kind = declared === undefined ? null : columnKindOf(declared.type);
  if (kind !== null && (kind === "category") !== isText)
    throw errors.ONNX_REFUSED({
      because: `the column ${name} is a ${declared?.type} in its signature and ${tensor} in the model`,
    });
  const type = isText ? "category" : isWhole ? "integer" : tensor === "bool" ? "boolean" : "number";
  const canMiss = !isWhole && tensor !== "bool";
  return { ...(declared ?? { name, from: [], type, optional: canMiss }), optional: canMiss && (declared?.optional ?? true) };
}

function outputOf(outputs: readonly TensorShape[]) {
  const floats = outputs.filter(({ type }) => type === "float32" || type === "float64");
  const labels = outputs.filter(({ type }) => type === "int64" || type === "string" || type === "int32");
  const [output] = floats;
  if (output === undefined) {
    const isMap = outputs.some(({ type }) => type === null);
    throw errors.ONNX_REFUSED({
      because: isMap
        ? "its probabilities are a list of maps; convert it with options={id(model): {'zipmap': False}}"
        : "it gives no tensor of numbers",
    });
  }
  return {
    output: output.name,
    label: labels[0]?.name ?? null,
    task: labels.length > 0 ? "classification" : "regression",
  } as const;
}

interface ClassFacts {
  readonly label: string | null;
  readonly frame: Frame;
  readonly numbers: readonly (readonly number[])[];
  readonly declared: readonly string[] | null;
}

/** Names of the classes: as declared, else as the labels that the model gives for some rows, else their numbers. */
function classesOf(session: OnnxSession, plan: Omit<OnnxHeader, "classes" | "replay">, facts: ClassFacts): readonly string[] {
  const { label, frame, numbers, declared } = facts;
  const width = Math.max(2, numbers[0]?.length ?? 2);
  if (declared !== null) {
    if (declared.length === width) return declared;
    throw errors.ONNX_REFUSED({ because: `it has ${width} classes, and its signature names ${declared.length}` });
  }
  const given = label === null ? [] : labelsOf(session, plan, label, frame);
  const names = Array.from({ length: width }, (_, place) => String(place));
  const isNumbered = given.every((name, row) => name === names[mostProbable(numbers[row] ?? [])]);
  if (isNumbered) return names;
  const named = names.map((_, place) => given.find((_name, row) => mostProbable(numbers[row] ?? []) === place));
  if (named.every((name): name is string => name !== undefined)) return named;
  throw errors.ONNX_REFUSED({
    because: `its ${width} classes have names that it does not tell; name them with a signature ("classes")`,
  });
}

function labelsOf(session: OnnxSession, plan: Omit<OnnxHeader, "classes" | "replay">, label: string, frame: Frame): string[] {
  const tensor = session.run(feedsOf(plan, frame), [label])[label];
  return tensor === undefined ? [] : Array.from(tensor.data as ArrayLike<unknown>, String);
}

function mostProbable(numbers: readonly number[]): number {
  if (numbers.length === 1) return (numbers[0] ?? 0) >= 0.5 ? 1 : 0;
  return numbers.reduce((best, value, place) => (value > (numbers[best] ?? 0) ? place : best), 0);
}

function rowsOf(frame: Frame, inputs: readonly ColumnSchema[]): Row[] {
  const count = Math.min(mostReplayRows, frame.rowCount);
  const names = new Set(inputs.map(({ name }) => name));
  return Array.from({ length: count }, (_, place) => {
    const row = rowAsJson(frame, Math.floor((place * frame.rowCount) / count));
    return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)));
  });
}

/** Deterministic rows, so that the same model gives the same bundle. */
function madeUp(inputs: readonly ColumnSchema[]): Row[] {
  return Array.from({ length: madeUpRows }, (_, row) =>
    Object.fromEntries(
      inputs.map(({ name, type, levels, min = -2, max = 3 }, column) => {
        const share = ((row * (2 * column + 1)) % madeUpRows) / madeUpRows;
        if (type === "category" || type === "text") return [name, levels?.[row % levels.length] ?? "a"];
        if (type === "boolean") return [name, share >= 0.5];
        const value = min + share * (max - min);
        return [name, type === "integer" ? Math.round(value) : value];
      }),
    ),
  );
}
