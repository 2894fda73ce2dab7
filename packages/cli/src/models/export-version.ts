import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeBundle, exportOnnx, exportXgboostJson } from "@atalaya/learn";
import type { Registry } from "@atalaya/registry";
import type { Terminal } from "../terminal/terminal.js";

/** What a model is written as for other programs. */
export type ExportFormat = "onnx" | "xgboost" | "bundle";

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
  registry: Pick<Registry, "loadBundle">,
  terminal: Pick<Terminal, "answer">,
  { pipeline, version, alias, format, out, workingDirectory }: ExportRequest,
): Promise<void> {
  const loaded = await registry.loadBundle(pipeline, version === null ? { alias } : { version });
  const content = contentOf(loaded.bytes, format);
  const file = resolve(workingDirectory, out);
  await writeFile(file, content);
  terminal.answer({ pipeline, version: loaded.version, hash: loaded.hash, format, file, bytes: content.byteLength }, [
    `wrote ${pipeline} v${loaded.version} to ${file}`,
  ]);
}

function contentOf(bytes: Uint8Array, format: ExportFormat): Uint8Array {
  if (format === "bundle") return bytes;
  const bundle = decodeBundle(bytes);
  if (format === "onnx") return exportOnnx(bundle);
  return new TextEncoder().encode(exportXgboostJson(bundle.model, { names: bundle.features.columnNames }));
}
