import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { decodeBundle, exportOnnx, exportXgboostJson } from "@atalaya/learn";
import type { ModelVersion, Registry } from "@atalaya/registry";
import type { Terminal } from "../terminal/terminal.js";

/** What a model is written as for other programs. */
export type ExportFormat = "onnx" | "xgboost" | "mlflow" | "bundle";

export interface ExportRequest {
  readonly pipeline: string;
  /** null: the one that carries the alias. */
  readonly version: number | null;
  readonly alias: string;
  readonly format: ExportFormat;
  /** Path of the file, from the working directory. */
  readonly out: string;
  readonly workingDirectory: string;
}

/** Writes one version into a file. @throws LEARN_EXPORT_UNSUPPORTED, and what loading throws */
export async function exportVersion(
  registry: Pick<Registry, "loadBundle" | "versionOf">,
  terminal: Pick<Terminal, "answer">,
  { pipeline, version, alias, format, out, workingDirectory }: ExportRequest,
): Promise<void> {
  const loaded = await registry.loadBundle(pipeline, version === null ? { alias } : { version });
  const file = resolve(workingDirectory, out);
  if (format === "mlflow") {
    const files = await writeFolder(await registry.versionOf(pipeline, { version: loaded.version }), loaded.bytes, file);
    terminal.answer({ pipeline, version: loaded.version, hash: loaded.hash, format, folder: file, files }, [
      `wrote ${pipeline} v${loaded.version} to ${file}: ${files.length} files`,
    ]);
    return;
  }
  const content = contentOf(loaded.bytes, format);
  await writeFile(file, content);
  terminal.answer({ pipeline, version: loaded.version, hash: loaded.hash, format, file, bytes: content.byteLength }, [
    `wrote ${pipeline} v${loaded.version} to ${file}`,
  ]);
}

/** The folder that a client of MLflow downloads. @returns paths in it */
async function writeFolder(version: Pick<ModelVersion, "hash" | "run" | "createdAt">, bytes: Uint8Array, folder: string) {
  const { modelFolder } = await import("@atalaya/mlflow");
  const files = modelFolder(bytes, { hash: version.hash, run: version.run, createdAt: version.createdAt });
  for (const { path, bytes: content } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return files.map(({ path }) => path);
}

function contentOf(bytes: Uint8Array, format: Exclude<ExportFormat, "mlflow">): Uint8Array {
  if (format === "bundle") return bytes;
  const bundle = decodeBundle(bytes);
  if (format === "onnx") return exportOnnx(bundle);
  return new TextEncoder().encode(exportXgboostJson(bundle.model, { names: bundle.features.columnNames }));
}
