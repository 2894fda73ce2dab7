import { errors } from "../errors.js";

/** What an MLmodel file says, as far as it is needed to take a model over. */
export interface MlModel {
  /** By name: `xgboost`, `lightgbm`, `onnx`, `sklearn`, `python_function`, … */
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** JSON texts; null: the model has no signature. */
  readonly inputs: string | null;
  readonly outputs: string | null;
  /** Path of an example in split form. */
  readonly examplePath: string | null;
  readonly runId: string | null;
}

/** Reads an MLmodel file (YAML). @throws MLFLOW_IMPORT_UNSUPPORTED */
export async function readMlModel(text: string, model: string): Promise<MlModel> {
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw errors.IMPORT_UNSUPPORTED({ model, because: "its MLmodel cannot be read" }, error);
  }
  const file = recordOf(value);
  const signature = recordOf(file.signature);
  const flavors = Object.entries(recordOf(file.flavors)).map(([name, flavor]) => [name, recordOf(flavor)] as const);
  return {
    flavors: Object.fromEntries(flavors),
    inputs: textOrNull(signature.inputs),
    outputs: textOrNull(signature.outputs),
    examplePath: textOrNull(recordOf(file.saved_input_example_info).artifact_path),
    runId: textOrNull(file.run_id),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
