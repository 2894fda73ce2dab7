import { errors } from "../errors.js";
import { listOf, objectOf, textOf } from "../mirror/other-side.js";
import type { MlflowServer } from "../remote/mlflow-server.js";
import { type ModelFolder, remoteFolder } from "./model-folder.js";

/** What an address of a model on an MLflow server names. */
export type ModelAddress =
  | { readonly kind: "version"; readonly name: string; readonly version: string }
  | { readonly kind: "alias"; readonly name: string; readonly alias: string }
  | { readonly kind: "logged"; readonly id: string }
  | { readonly kind: "run"; readonly run: string; readonly path: string };

/**
 * `mlflow:/name/3`, `mlflow:/name@production` (also with `models:`, as MLflow writes it), `models:/m-…`, `runs:/id/path`.
 * Null: it is none of them, but perhaps a file.
 */
export function readAddress(text: string): ModelAddress | null {
  const model = /^(?:mlflow|models):\/+([^/@]+?)(?:\/(\d+)|@([^/@]+))?$/.exec(text);
  if (model !== null) {
    const [, name = "", version, alias] = model;
    if (version !== undefined) return { kind: "version", name: decodeURIComponent(name), version };
    if (alias !== undefined) return { kind: "alias", name: decodeURIComponent(name), alias };
    return /^m-[0-9a-f]+$/.test(name) ? { kind: "logged", id: name } : null;
  }
  const run = /^runs:\/+([^/]+)\/(.+)$/.exec(text);
  return run === null ? null : { kind: "run", run: run[1] ?? "", path: run[2] ?? "" };
}

/** A model on an MLflow server. */
export interface FoundModel {
  readonly folder: ModelFolder;
  /** Its registered name, or the last part of its path. */
  readonly name: string;
  /** The run that made it; null: unknown. */
  readonly run: string | null;
}

/** Finds the files of a model. @throws MLFLOW_REMOTE_AWAY, MLFLOW_REMOTE_REFUSED, MLFLOW_IMPORT_UNSUPPORTED */
export async function findModelFiles(server: MlflowServer, address: ModelAddress, origin: string): Promise<FoundModel> {
  switch (address.kind) {
    case "alias": {
      const { name, alias } = address;
      const answer = await server.get("registered-models/alias", { name, alias });
      return ofVersion(server, name, textOf(objectOf(answer, "model_version"), "version"), origin);
    }
    case "version":
      return ofVersion(server, address.name, address.version, origin);
    case "logged":
      return ofLogged(server, address.id, origin);
    case "run":
      return ofRun(server, address.run, address.path, origin);
  }
}

async function ofVersion(server: MlflowServer, name: string, version: string, origin: string): Promise<FoundModel> {
  const { run_id: run } = objectOf(await server.get("model-versions/get", { name, version }), "model_version");
  const uri = textOf(await server.get("model-versions/get-download-uri", { name, version }), "artifact_uri");
  const folder = await folderOf(server, uri, `${origin} (version ${version} of ${name})`);
  return { folder, name, run: typeof run === "string" && run !== "" ? run : null };
}

/** A version may lie in a run or in a logged model, which says where that lies. */
async function folderOf(server: MlflowServer, uri: string, origin: string): Promise<ModelFolder> {
  const address = readAddress(uri);
  if (address?.kind === "run") return (await ofRun(server, address.run, address.path, origin)).folder;
  if (address?.kind === "logged") return (await ofLogged(server, address.id, origin)).folder;
  return remoteFolder(server, uri, origin);
}

async function ofLogged(server: MlflowServer, id: string, origin: string): Promise<FoundModel> {
  const info = objectOf(objectOf(await server.get(`logged-models/${id}`), "model"), "info");
  const run = textOf(info, "source_run_id");
  const folder = await remoteFolder(server, textOf(info, "artifact_uri"), origin);
  return { folder, name: textOf(info, "name"), run: run === "" ? null : run };
}

/** MLflow 3 keeps the models of a run beside it: `runs:/id/name` is a logged model of that name where the run has no such folder. */
async function ofRun(server: MlflowServer, run: string, path: string, origin: string): Promise<FoundModel> {
  const found = objectOf(await server.get("runs/get", { run_id: run }), "run");
  const info = objectOf(found, "info");
  const name = path.split("/").at(-1) ?? path;
  const folder = await remoteFolder(server, `${textOf(info, "artifact_uri").replace(/\/$/, "")}/${path}`, origin);
  if (folder.paths.length > 0) return { folder, name, run };
  for (const output of listOf(objectOf(found, "outputs"), "model_outputs")) {
    const logged = await ofLogged(server, textOf(output, "model_id"), origin);
    if (logged.name === name) return { ...logged, run };
  }
  throw errors.IMPORT_UNSUPPORTED({ model: origin, because: `the run has no model at ${path}` });
}
