import { decodeBundle } from "@atalaya/learn";
import { putArtifact } from "@atalaya/registry";
import { type ObjectReference, type Store, sql } from "@atalaya/store";
import { modelFiles } from "./model-files.js";

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
    const bundle = decodeBundle(await store.objects.get(found.bundle));
    const facts = { hash: found.hash, modelId: model, runId: found.run, createdAt: found.createdAt };
    // MLmodel comes last: a folder that has it is whole.
    const [mlModel, ...files] = modelFiles(bundle, facts);
    for (const file of files) await putArtifact(store, `${root}/${file.path}`, file.bytes);
    if (mlModel !== undefined) await putArtifact(store, `${root}/${mlModel.path}`, mlModel.bytes);
  }
  provided.add(model);
}

async function isThere({ database }: Store, root: string): Promise<boolean> {
  const { rows } = await sql`select from atalaya.artifacts where path = ${`${root}/MLmodel`}`.execute(database);
  return rows.length > 0;
}
