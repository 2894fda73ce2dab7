import type { OnnxBundle } from "@atalaya/registry";
import { onnxFile } from "./flavours.js";
import type { ExportFacts, ModelFile } from "./model-file.js";
import { environmentFiles, mlModelText, pythonVersion } from "./model-files.js";

/** The folder of a model that came in as ONNX: it goes out as it came, for `mlflow.onnx` and `mlflow.pyfunc`. */
export function onnxModelFiles({ header, model }: OnnxBundle, facts: ExportFacts): ModelFile[] {
  const { lines, files, requirements } = onnxFile(model);
  const { inputs, classes } = header;
  const flavours = [
    ...lines,
    "  python_function:",
    "    data: model.onnx",
    "    env:",
    "      conda: conda.yaml",
    "      virtualenv: python_env.yaml",
    "    loader_module: mlflow.onnx",
    `    python_version: ${pythonVersion}`,
  ];
  const outputs =
    classes === null
      ? [{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 1] } }]
      : [{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, classes.length] } }];
  const text = mlModelText({ flavours, facts, inputs, outputs, params: null, hasExample: false });
  return [{ path: "MLmodel", bytes: Buffer.from(text) }, ...environmentFiles(requirements), ...files];
}
