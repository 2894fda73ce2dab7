import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  columnsOfSignature,
  type DeclaredSignature,
  type ForeignFile,
  findModelFiles,
  localFolder,
  type ModelFolder,
  mlflowServer,
  outputName,
  readAddress,
  readForeignFile,
  readSignature,
} from "@atalaya/mlflow";
import type { Settings } from "@atalaya/settings";
import { errors } from "../../errors.js";

/** A model of somebody else's, with what is known of it. */
export interface ForeignSource extends ForeignFile {
  /** Where it came from, for the history. */
  readonly origin: string;
  /** What it is called there; null: a file. */
  readonly name: string | null;
  readonly signature: DeclaredSignature | null;
  /** Rows of the example that was logged with it. */
  readonly example: readonly unknown[] | null;
}

export interface SourceRequest {
  readonly source: string;
  readonly signatureFile: string | null;
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  readonly workingDirectory: string;
  readonly mlflow: Settings["mlflow"];
}

/** Fetches a model from an MLflow server, a file or a folder. @throws CLI_NO_MLFLOW, MLFLOW_… */
export async function fetchForeign(request: SourceRequest): Promise<ForeignSource> {
  const { source, workingDirectory } = request;
  const address = readAddress(source);
  if (address !== null && request.mlflow === null) throw errors.NO_MLFLOW({ source });
  const found =
    address === null || request.mlflow === null
      ? { folder: await localFolder(resolve(workingDirectory, source)), name: null }
      : await findModelFiles(mlflowServer(request.mlflow), address, source);
  const file = await readForeignFile(found.folder);
  return {
    ...file,
    origin: found.folder.origin,
    name: found.name,
    signature: await signatureOf(request, file, found.folder.origin),
    example: await exampleOf(found.folder, file),
  };
}

/** What was written for this import goes before what the model says of itself. */
async function signatureOf(request: SourceRequest, file: ForeignFile, origin: string): Promise<DeclaredSignature | null> {
  const { signatureFile, target, workingDirectory } = request;
  if (signatureFile !== null) {
    const text = await readFile(resolve(workingDirectory, signatureFile), "utf8").catch(() => {
      throw errors.NO_FILE({ path: signatureFile });
    });
    const given = readSignature(text, origin);
    return { ...given, target: target ?? given.target };
  }
  const { model, mlModel } = file;
  const names = model.format === "onnx" ? [] : model.trees.featureNames;
  const inputs = mlModel?.inputs == null ? [] : columnsOfSignature(mlModel.inputs, origin, names);
  const output = outputName(mlModel?.outputs ?? null);
  const own = target ?? (output === null ? null : { name: output, unit: null });
  return inputs.length === 0 && own === null ? null : { inputs, target: own, classes: null };
}

/** MLflow writes an example as a frame in split form; any other form is passed over. */
async function exampleOf(folder: ModelFolder, { mlModel }: ForeignFile): Promise<readonly unknown[] | null> {
  if (mlModel?.examplePath == null || !folder.paths.includes(mlModel.examplePath)) return null;
  try {
    const text = new TextDecoder().decode(await folder.read(mlModel.examplePath));
    const { columns, data } = JSON.parse(text) as { columns?: unknown; data?: unknown };
    if (!Array.isArray(columns) || !Array.isArray(data)) return null;
    return data.map((row: unknown) =>
      Object.fromEntries(columns.map((name, place) => [String(name), (row as unknown[])[place]])),
    );
  } catch {
    return null;
  }
}
