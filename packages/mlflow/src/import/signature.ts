import type { ColumnSchema, ColumnType } from "@atalaya/learn";
import { errors } from "../errors.js";

/** What a model reads and answers, as far as somebody said so. */
export interface DeclaredSignature {
  readonly inputs: readonly DeclaredColumn[];
  /** Name and unit of what is predicted. */
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  /** Names of the classes in the order of the model's outputs. */
  readonly classes: readonly string[] | null;
}

export interface DeclaredColumn extends Omit<ColumnSchema, "from"> {
  /** Levels in the order of the codes that the model reads; a category without them is a text. */
  readonly codes?: readonly string[];
}

/** Types of MLflow's signatures. `any` is what Atalaya writes for numbers. */
const typeOf: Readonly<Record<string, ColumnType>> = {
  boolean: "boolean",
  integer: "integer",
  long: "integer",
  float: "number",
  double: "number",
  any: "number",
  string: "category",
  datetime: "time",
};

/**
 * The inputs of a signature of MLflow (the JSON text under `signature: inputs`). A tensor of numbers with a fixed width is
 * that many numbers.
 *
 * @param names  what the columns of a tensor are called; left out: `f0`, `f1`, …
 * @throws MLFLOW_IMPORT_UNSUPPORTED
 */
export function columnsOfSignature(text: string, model: string, names: readonly string[] = []): DeclaredColumn[] {
  const list = parseList(text, model);
  return list.flatMap((entry, index) => {
    if (entry.type === "tensor") return tensorColumns(entry, model, names);
    const { name, type, required } = entry;
    const own = typeOf[String(type)];
    if (typeof type !== "string" || own === undefined)
      throw errors.IMPORT_UNSUPPORTED({ model, because: `its signature has a column of type ${JSON.stringify(type)}` });
    return [
      {
        name: typeof name === "string" ? name : (names[index] ?? `f${index}`),
        type: own,
        optional: required === false || own === "number",
      },
    ];
  });
}

function tensorColumns(entry: Readonly<Record<string, unknown>>, model: string, names: readonly string[]): DeclaredColumn[] {
  const specification = entry["tensor-spec"] as { shape?: unknown; dtype?: unknown } | undefined;
  const width = Array.isArray(specification?.shape) ? specification.shape.at(-1) : undefined;
  if (typeof width !== "number" || width < 1 || !/^(float|int|uint)/.test(String(specification?.dtype)))
    throw errors.IMPORT_UNSUPPORTED({ model, because: "its signature is a tensor that is no table of numbers" });
  return Array.from({ length: width }, (_, index) => ({ name: names[index] ?? `f${index}`, type: "number", optional: true }));
}

function parseList(text: string, model: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value = JSON.parse(text) as unknown;
    if (Array.isArray(value)) return value as Readonly<Record<string, unknown>>[];
  } catch {
    // Told below.
  }
  throw errors.IMPORT_UNSUPPORTED({ model, because: "its signature is no list of columns" });
}

/** Name of the single output, where the signature names it. */
export function outputName(text: string | null): string | null {
  if (text === null) return null;
  try {
    const [first] = JSON.parse(text) as { name?: unknown }[];
    return typeof first?.name === "string" ? first.name : null;
  } catch {
    return null;
  }
}

/**
 * A signature that somebody wrote: `{"inputs": [{"name": "bed", "type": "integer"}, …], "target": {"name": "price",
 * "unit": "USD"}, "classes": ["no", "yes"]}`. Types are those of a dataset's columns; `codes` are the levels of a category
 * in the order of the model's codes.
 *
 * @throws MLFLOW_IMPORT_UNSUPPORTED
 */
export function readSignature(text: string, model: string): DeclaredSignature {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.IMPORT_UNSUPPORTED({ model, because: "the signature is not JSON" }, error);
  }
  const { inputs, target, classes } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(inputs)) throw errors.IMPORT_UNSUPPORTED({ model, because: "the signature has no list of inputs" });
  return { inputs: inputs.map((input) => readColumn(input, model)), target: readTarget(target), classes: texts(classes) };
}

const ownTypes: readonly ColumnType[] = ["number", "integer", "category", "text", "boolean", "time"];

function readColumn(value: unknown, model: string): DeclaredColumn {
  const {
    name,
    type = "number",
    unit,
    min,
    max,
    levels,
    codes,
    optional = true,
    description,
  } = (value ?? {}) as Record<string, unknown>;
  const own = ownTypes.find((known) => known === type);
  if (typeof name !== "string" || name === "" || own === undefined)
    throw errors.IMPORT_UNSUPPORTED({ model, because: `the signature has an input that is no column: ${JSON.stringify(value)}` });
  const [levelTexts, codeTexts] = [texts(levels), texts(codes)];
  return {
    name,
    type: own,
    optional: optional !== false,
    ...(typeof unit === "string" ? { unit } : {}),
    ...(typeof min === "number" ? { min } : {}),
    ...(typeof max === "number" ? { max } : {}),
    ...(levelTexts === null ? {} : { levels: levelTexts }),
    ...(codeTexts === null ? {} : { codes: codeTexts }),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function readTarget(value: unknown): DeclaredSignature["target"] {
  const { name, unit } = (value ?? {}) as Record<string, unknown>;
  return typeof name === "string" ? { name, unit: typeof unit === "string" ? unit : null } : null;
}

function texts(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? (value as string[]) : null;
}
