import { isAtalayaError } from "@atalaya/errors";
import { exportOnnx, exportXgboostJson, type ModelBundle } from "@atalaya/learn";
import type { ModelFile } from "./model-file.js";

/** A form of a model that a library of Python reads: lines of MLmodel below `flavors`, and files. */
export interface Flavour {
  readonly lines: readonly string[];
  readonly files: readonly ModelFile[];
  /** What the library is called among the requirements. */
  readonly requirements: readonly string[];
}

/** Every flavour in which the model answers as it does here, besides that of our own loader. */
export function flavoursOf(bundle: ModelBundle): Flavour[] {
  return [onnxFlavour(bundle), xgboostFlavour(bundle)].flatMap((flavour) => flavour ?? []);
}

/** The whole model with its features, for `mlflow.onnx.load_model`. Null: it has something that ONNX lacks. */
function onnxFlavour(bundle: ModelBundle): Flavour | null {
  const bytes = exported(() => exportOnnx(bundle));
  return bytes === null ? null : onnxFile(bytes);
}

/** Of the file `model.onnx`. */
export function onnxFile(bytes: Uint8Array): Flavour {
  return {
    lines: [
      "  onnx:",
      "    code: null",
      "    data: model.onnx",
      "    onnx_session_options: null",
      "    onnx_version: 1.17.0",
      "    providers:",
      "    - CPUExecutionProvider",
    ],
    files: [{ path: "model.onnx", bytes }],
    requirements: ["onnx", "onnxruntime"],
  };
}

/**
 * The trees for `mlflow.xgboost.load_model`, where they are the whole model and nothing is rounded: trees in float32 on
 * columns of the request, as those that came from XGBoost are.
 */
function xgboostFlavour(bundle: ModelBundle): Flavour | null {
  const { model, features, calibration, decisionThreshold } = bundle;
  const isTreesAlone = features.derived.length === 0 && features.features.every(({ encoder }) => encoder.kind === "number");
  const isPlain = calibration === undefined && decisionThreshold === undefined && model.linear === null;
  const isMargin = model.space === "value" || model.space === "exp" || model.space === "logOdds" || model.space === "softmax";
  if (!isTreesAlone || !isPlain || !isMargin || model.trees.precision !== "float32") return null;
  const text = exported(() => exportXgboostJson(model, { names: features.columnNames }));
  if (text === null) return null;
  return {
    lines: [
      "  xgboost:",
      "    code: null",
      "    data: model.xgb.json",
      "    model_class: xgboost.core.Booster",
      "    model_format: json",
      "    xgb_version: 2.0.0",
    ],
    files: [{ path: "model.xgb.json", bytes: Buffer.from(text) }],
    requirements: ["xgboost"],
  };
}

function exported<Content>(write: () => Content): Content | null {
  try {
    return write();
  } catch (error) {
    if (isAtalayaError(error) && error.code === "LEARN_EXPORT_UNSUPPORTED") return null;
    throw error;
  }
}
