import { type ColumnSchema, encodeBundle, type Frame, rowsToFrame } from "@atalaya/learn";
import { treeBundle } from "@atalaya/mlflow";
import { importOnnx } from "@atalaya/serve";
import type { ForeignSource } from "./foreign-source.js";

/** A foreign model in the form that is registered and served. */
export interface ImportedModel {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ColumnSchema[];
  readonly task: "regression" | "classification" | "anomaly";
  readonly target: { readonly name: string; readonly unit: string | null };
  readonly classes: readonly string[] | null;
  readonly features: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Makes the bundle of a foreign model. The same model, signature and rows give the same bytes.
 *
 * @param rows  as its users have them; null: none are known
 * @throws MLFLOW_IMPORT_UNSUPPORTED, SERVE_ONNX_RUNTIME_MISSING, SERVE_ONNX_REFUSED
 */
export function importModel(pipeline: string, source: ForeignSource, rows: Frame | null): ImportedModel {
  const { model, signature, origin } = source;
  if (model.format === "onnx") {
    const declared = {
      inputs: (signature?.inputs ?? []).map(({ codes: _codes, ...column }) => ({ ...column, from: [] })),
      target: signature?.target ?? null,
      classes: signature?.classes ?? null,
    };
    const { header, bytes } = importOnnx({ pipeline, model: model.bytes, declared, rows });
    const { inputs, task, target, classes } = header;
    return { bytes, inputs, task, target, classes, features: inputs.map(({ name }) => name), parameters: { format: "onnx" } };
  }
  const bundle = treeBundle({ pipeline, trees: model.trees, signature, rows, origin });
  const { features, task, target } = bundle;
  return {
    bytes: encodeBundle(bundle),
    inputs: features.inputs,
    task,
    target: target ?? { name: "prediction", unit: null },
    classes: bundle.model.classes,
    features: features.columnNames,
    parameters: { format: model.format, learner: bundle.model.learner, ...bundle.model.parameters },
  };
}

/** The logged example as rows of the model; null when it does not fit its own signature. */
export function exampleFrame(inputs: readonly ColumnSchema[], example: readonly unknown[] | null): Frame | null {
  if (example === null || example.length === 0) return null;
  const { frame, problems } = rowsToFrame(inputs, example);
  return problems.length === 0 ? frame : null;
}
