import { decodeBundle } from "@atalaya/learn";
import { decodeOnnxBundle, isOnnxBundle, putArtifact } from "@atalaya/registry";
import { type ObjectReference, type Store, sql } from "@atalaya/store";
import type { ExportFacts, ModelFile } from "./model-file.js";
import { modelFiles } from "./model-files.js";
import { onnxModelFiles } from "./onnx-files.js";

interface BundleRow {
  readonly hash: string;
  readonly bundle: ObjectReference;
  readonly run: string | null;
  readonly createdAt: Date;
}

const exported = /^models\/(m-([0-9a-f]{32}))\/artifacts(?:\/|$)/;

/**
 * Writes the folder for Python of a model that Atalaya trained, when a path in it is first asked for. Every process may do
 * so at once: the files are the same, and so are their objects.
 *
 * @param provided  models whose folders were written or found by this process
 */
export async function provideModelFiles(store: Store, path: string, provided: Set<string>): Promise<void> {
  const [, model = "", prefix = ""] = exported.exec(path) ?? [];
  if (model === "" || provided.has(model)) return;
  const { rows } = await sql<BundleRow>`
    select hash, bundle, atalaya.tracked_id(run) as run, created_at from atalaya.model_versions
    where hash >= ${prefix} and hash < ${`${prefix}g`} order by created_at limit 1`.execute(store.database);
  const [found] = rows;
  if (found === undefined) return;
  const root = `models/${model}/artifacts`;
  if (!(await isThere(store, root))) {
    const bytes = await store.objects.get(found.bundle);
    // MLmodel comes last: a folder that has it is whole.
    const [mlModel, ...files] = filesOf(bytes, {
      hash: found.hash,
      modelId: model,
      runId: found.run,
      createdAt: found.createdAt,
    });
    for (const file of files) await putArtifact(store, `${root}/${file.path}`, file.bytes);
    if (mlModel !== undefined) await putArtifact(store, `${root}/${mlModel.path}`, mlModel.bytes);
  }
  provided.add(model);
}

/**
 * The folder for Python of a version by the bytes of its bundle; MLmodel is the first file.
 *
 * @param facts.run  id of the run as Atalaya has it
 */
export function modelFolder(
  bytes: Uint8Array,
  { hash, run, createdAt }: { readonly hash: string; readonly run: string | null; readonly createdAt: Date },
): ModelFile[] {
  return filesOf(bytes, { hash, modelId: `m-${hash.slice(0, 32)}`, runId: run?.replaceAll("-", "") ?? null, createdAt });
}

function filesOf(bytes: Uint8Array, facts: ExportFacts): ModelFile[] {
  return isOnnxBundle(bytes) ? onnxModelFiles(decodeOnnxBundle(bytes), facts) : modelFiles(decodeBundle(bytes), facts);
}

async function isThere({ database }: Store, root: string): Promise<boolean> {
  const { rows } = await sql`select from atalaya.artifacts where path = ${`${root}/MLmodel`}`.execute(database);
  return rows.length > 0;
}
