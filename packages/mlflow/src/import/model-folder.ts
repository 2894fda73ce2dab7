import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { errors } from "../errors.js";
import { pathOfUri } from "../protocol/artifact-path.js";
import type { MlflowServer } from "../remote/mlflow-server.js";

/** Files of a model, wherever they lie. */
export interface ModelFolder {
  /** Where, for people and for the history. */
  readonly origin: string;
  /** Paths of all files. */
  readonly paths: readonly string[];
  /** @throws MLFLOW_IMPORT_UNSUPPORTED when there is no such file, or it is too large */
  read(path: string): Promise<Uint8Array>;
}

/** A model that is larger is none that this process could serve. */
const mostBytes = 1024 ** 3;
const mostFiles = 1_000;

/** A file, or a folder with an MLmodel. */
export async function localFolder(path: string): Promise<ModelFolder> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) throw errors.IMPORT_UNSUPPORTED({ model: path, because: "there is no such file" });
  const root = facts.isDirectory() ? path : dirname(path);
  const paths = facts.isDirectory() ? await filesBelow(path) : [basename(path)];
  return {
    origin: path,
    paths,
    read: async (name) => {
      // Neither a step upwards nor a link leads out of the folder.
      const [inside, file] = await Promise.all([realpath(root), realpath(resolve(root, name))]).catch(() => {
        throw missing(path, name);
      });
      if (!file.startsWith(inside.endsWith(sep) ? inside : inside + sep)) throw missing(path, name);
      const { size } = await stat(file);
      checkSize(path, size);
      return new Uint8Array(await readFile(file));
    },
  };
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .slice(0, mostFiles)
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .split(sep)
        .join("/"),
    );
}

/** A folder below the root of a server's artifacts. @throws MLFLOW_IMPORT_UNSUPPORTED, MLFLOW_REMOTE_… */
export async function remoteFolder(server: MlflowServer, uri: string, origin: string): Promise<ModelFolder> {
  const root = pathOfUri(uri);
  if (root === null)
    throw errors.IMPORT_UNSUPPORTED({ model: origin, because: `its files lie at ${uri}, which only MLflow's clients can read` });
  const paths: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const { name, isFolder } of await server.list(below === "" ? root : `${root}/${below}`)) {
      if (paths.length >= mostFiles) return;
      const path = below === "" ? name : `${below}/${name}`;
      if (isFolder) await walk(path);
      else paths.push(path);
    }
  };
  await walk("");
  return {
    origin,
    paths,
    read: async (path) => {
      if (!paths.includes(path)) throw missing(origin, path);
      const response = await server.read(`${root}/${path}`);
      checkSize(origin, Number(response.headers.get("content-length") ?? "0"));
      const bytes = new Uint8Array(await response.arrayBuffer());
      checkSize(origin, bytes.length);
      return bytes;
    },
  };
}

function missing(model: string, path: string): Error {
  return errors.IMPORT_UNSUPPORTED({ model, because: `it has no file ${path}` });
}

function checkSize(model: string, bytes: number): void {
  if (bytes > mostBytes) throw errors.IMPORT_UNSUPPORTED({ model, because: "a file of it is larger than 1 GiB" });
}
