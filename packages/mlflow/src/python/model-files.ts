import { readFileSync } from "node:fs";
import type { ColumnSchema, ModelBundle } from "@atalaya/learn";
import { protocolVersion } from "../routes/server-info.js";
import { flavoursOf } from "./flavours.js";
import type { ExportFacts, ModelFile } from "./model-file.js";
import { npyFile } from "./npy.js";

const loader = readFileSync(new URL("../../python/atalaya_model.py", import.meta.url));
export const pythonVersion = "3.11.0";
const numpy = "numpy>=1.24";

/**
 * A model as a folder for `mlflow.pyfunc`: `MLmodel` with signature and example, the data of the model, a loader that needs
 * numpy alone, and the flavours of ONNX and XGBoost where the model is the same in them. The same bundle gives the same
 * files; MLmodel is the first.
 */
export function modelFiles(bundle: ModelBundle, facts: ExportFacts): ModelFile[] {
  const text = (path: string, content: string): ModelFile => ({ path, bytes: Buffer.from(content) });
  const example = exampleOf(bundle);
  const others = flavoursOf(bundle);
  const { features, model, pipeline } = bundle;
  const flavours = [
    "  atalaya:",
    `    bundle_sha256: ${facts.hash}`,
    "    data: data",
    `    learner: ${model.learner}`,
    `    pipeline: ${quoted(pipeline)}`,
    ...others.flatMap(({ lines }) => lines),
    "  python_function:",
    "    code: code",
    "    data: data",
    "    env:",
    "      conda: conda.yaml",
    "      virtualenv: python_env.yaml",
    "    loader_module: atalaya_model",
    `    python_version: ${pythonVersion}`,
  ];
  const params = [{ name: "output", type: "string", default: "answer", shape: null }];
  const outputs = outputType(bundle);
  return [
    text("MLmodel", mlModelText({ flavours, facts, inputs: features.inputs, outputs, params, hasExample: example !== null })),
    ...environmentFiles([numpy]),
    { path: "code/atalaya_model.py", bytes: loader },
    text("data/model.json", JSON.stringify(dataOf(bundle))),
    ...arraysOf(bundle).map(([name, array]): ModelFile => ({ path: `data/${name}.npy`, bytes: npyFile(array) })),
    ...others.flatMap(({ files }) => files),
    ...(example === null ? [] : [text("input_example.json", JSON.stringify(example))]),
  ];
}

/** What the pyfunc flavour needs; whoever loads another flavour has its library. */
export function environmentFiles(requirements: readonly string[]): ModelFile[] {
  const text = (path: string, content: string): ModelFile => ({ path, bytes: Buffer.from(content) });
  const pip = requirements.map((name) => `  - ${name}\n`).join("");
  return [
    text("requirements.txt", `${["mlflow", ...requirements].join("\n")}\n`),
    text("python_env.yaml", `python: ${pythonVersion}\nbuild_dependencies:\n- pip\ndependencies:\n- -r requirements.txt\n`),
    text(
      "conda.yaml",
      `channels:\n- conda-forge\ndependencies:\n- python=${pythonVersion}\n- pip\n- pip:\n  - mlflow\n${pip}name: mlflow-env\n`,
    ),
  ];
}

/** What the loader reads besides the arrays. Infinities and NaN do not occur in what JSON holds here. */
function dataOf(bundle: ModelBundle) {
  const { model, features, pipeline, task, target } = bundle;
  const { linear } = model;
  return {
    format: 1,
    pipeline,
    task,
    target,
    features,
    model: {
      learner: model.learner,
      parameters: model.parameters,
      space: model.space,
      classes: model.classes,
      isolation: model.isolation,
      precision: model.trees.precision,
      linear: linear === null ? null : { weights: [...linear.weights], fill: [...linear.fill] },
    },
    calibration: bundle.calibration ?? null,
    decisionThreshold: bundle.decisionThreshold ?? null,
  };
}

function arraysOf({ model: { trees } }: ModelBundle): [string, Float64Array | Int32Array | Uint8Array][] {
  const { rootByTree, outputByTree, featureByNode, thresholdByNode, leftByNode, rightByNode, missingLeftByNode } = trees;
  const { categorySetByNode, categorySetStart, categoryWords, zeroIsMissingByFeature, valueByNode, baseByOutput } = trees;
  return Object.entries({
    rootByTree,
    outputByTree,
    featureByNode,
    thresholdByNode,
    leftByNode,
    rightByNode,
    missingLeftByNode,
    categorySetByNode,
    categorySetStart,
    categoryWords,
    zeroIsMissingByFeature,
    valueByNode,
    baseByOutput,
  });
}

/** JSON is YAML too, so texts are quoted as JSON quotes them. */
function quoted(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? value : JSON.stringify(value));
}

/** An MLmodel. @param parts.flavours  the lines below `flavors` */
export function mlModelText(parts: {
  readonly flavours: readonly string[];
  readonly facts: ExportFacts;
  readonly inputs: readonly ColumnSchema[];
  readonly outputs: unknown;
  readonly params: unknown;
  readonly hasExample: boolean;
}): string {
  const { flavours, facts, inputs, outputs, params, hasExample } = parts;
  return [
    "artifact_path: model",
    "flavors:",
    ...flavours,
    `mlflow_version: ${protocolVersion}`,
    `model_id: ${facts.modelId}`,
    `model_uuid: ${facts.modelId}`,
    ...(facts.runId === null ? [] : [`run_id: ${facts.runId}`]),
    ...(hasExample
      ? ["saved_input_example_info:", "  artifact_path: input_example.json", "  pandas_orient: split", "  type: dataframe"]
      : []),
    "signature:",
    `  inputs: ${quoted(inputs.map(inputType))}`,
    `  outputs: ${quoted(outputs)}`,
    params === null ? "  params: null" : `  params: ${quoted(params)}`,
    `utc_time_created: ${quoted(facts.createdAt.toISOString().replace("T", " ").replace("Z", ""))}`,
    "",
  ].join("\n");
}

/**
 * Numbers are `any` to MLflow: its `double` refuses columns of whole numbers, its `long` columns with a missing value. The
 * loader checks type and range itself.
 */
function inputType({ name, type, optional }: ColumnSchema) {
  return { type: type === "category" || type === "text" ? "string" : "any", name, required: !optional };
}

function outputType({ task }: ModelBundle) {
  if (task === "classification") return [{ type: "string", required: true }];
  return [{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1] } }];
}

/** The first replay rows, as pandas writes a frame. */
function exampleOf({ replay, features }: ModelBundle) {
  const rows = replay.rows.slice(0, 5);
  if (rows.length === 0) return null;
  const columns = features.inputs.map(({ name }) => name);
  return { columns, data: rows.map((row) => columns.map((name) => row[name] ?? null)) };
}
