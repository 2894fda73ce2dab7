import { type ImportedModel, importLightgbmText, importXgboostJson, importXgboostUbjson } from "@atalaya/learn";
import { errors } from "../errors.js";
import { type MlModel, readMlModel } from "./ml-model.js";
import type { ModelFolder } from "./model-folder.js";

/** A model file of another library, read. */
export type ForeignModel =
  | { readonly format: "xgboost" | "lightgbm"; readonly bytes: Uint8Array; readonly trees: ImportedModel }
  | { readonly format: "onnx"; readonly bytes: Uint8Array };

/** A model with what its MLmodel says, where there is one. */
export interface ForeignFile {
  readonly model: ForeignModel;
  readonly mlModel: MlModel | null;
}

/**
 * Reads the model of a folder: by the flavours of its MLmodel, or by what the only file is. Nothing of it is executed.
 *
 * @throws MLFLOW_IMPORT_UNSUPPORTED, LEARN_IMPORT_BROKEN, LEARN_IMPORT_UNSUPPORTED
 */
export async function readForeignFile(folder: ModelFolder): Promise<ForeignFile> {
  const { origin, paths } = folder;
  if (!paths.includes("MLmodel")) {
    const [path, ...others] = paths;
    if (path === undefined || others.length > 0)
      throw errors.IMPORT_UNSUPPORTED({ model: origin, because: "it is neither one file nor a folder with an MLmodel" });
    return { model: readBytes(await folder.read(path), path, origin), mlModel: null };
  }
  const mlModel = await readMlModel(new TextDecoder().decode(await folder.read("MLmodel")), origin);
  const path = dataPath(mlModel, origin);
  return { model: readBytes(await folder.read(path), path, origin), mlModel };
}

/** The flavours that are data, the best first. */
const readable = ["xgboost", "lightgbm", "onnx"] as const;

function dataPath({ flavors }: MlModel, model: string): string {
  for (const name of readable) {
    const data = flavors[name]?.data;
    if (typeof data !== "string") continue;
    if (!/\.(pkl|pickle|cloudpickle|joblib)$/.test(data)) return data;
    throw errors.IMPORT_UNSUPPORTED({
      model,
      because: `its flavour ${name} is a pickle, which would have to be executed; log the booster itself (mlflow.${name}.log_model(model.booster_, …))`,
    });
  }
  const names = Object.keys(flavors).filter((name) => name !== "python_function");
  const what = names.length === 0 ? "Python code" : names.join(" and ");
  throw errors.IMPORT_UNSUPPORTED({
    model,
    because: `it is ${what}, which only Python can execute; log it as ONNX (mlflow.onnx.log_model), XGBoost or LightGBM`,
  });
}

function readBytes(bytes: Uint8Array, path: string, origin: string): ForeignModel {
  const model = path === origin || origin.endsWith(path) ? origin : `${origin}: ${path}`;
  if (/\.onnx$/i.test(path)) return { format: "onnx", bytes };
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64)).trimStart();
  if (/^tree\b/.test(start)) return lightgbm(bytes);
  if (/\.ubj$/i.test(path)) return { format: "xgboost", bytes, trees: importXgboostUbjson(bytes) };
  // UBJSON and JSON both begin with a brace; a length or a type follows in the one, a quote in the other.
  if (/^\{\s*"/.test(start)) return { format: "xgboost", bytes, trees: importXgboostJson(new TextDecoder().decode(bytes)) };
  if (start.startsWith("{")) return { format: "xgboost", bytes, trees: importXgboostUbjson(bytes) };
  throw errors.IMPORT_UNSUPPORTED({
    model,
    because: "it is no JSON or UBJSON of XGBoost, no text of LightGBM, and its name does not end in .onnx",
  });
}

function lightgbm(bytes: Uint8Array): ForeignModel {
  return { format: "lightgbm", bytes, trees: importLightgbmText(new TextDecoder().decode(bytes)) };
}
