import { type ObjectContent, type ObjectReference, type Store, sql, toJson, toText } from "@atalaya/store";
import { errors } from "./errors.js";

/** A file by its path below the root of all artifacts; the bytes lie in the object store under their hash. */
export interface Artifact {
  readonly path: string;
  readonly object: ObjectReference;
  readonly bytes: number;
}

export interface ListedArtifact {
  /** Last part of the path. */
  readonly name: string;
  /** Null: a folder. */
  readonly bytes: number | null;
}

/** Keeps the content and gives it the path; what had the path before is no longer found there. */
export async function putArtifact(store: Store, path: string, content: ObjectContent): Promise<Artifact> {
  const object = await store.objects.put("models", { pipeline: "artifacts", name: "file", extension: "bin" }, content);
  await sql`
    insert into atalaya.artifacts (path, object, bytes) values (${toText(path)}, ${toJson(object)}::jsonb, ${object.bytes})
    on conflict (path) do update set object = excluded.object, bytes = excluded.bytes, created_at = now()`.execute(
    store.database,
  );
  return { path, object, bytes: object.bytes };
}

/** @throws REGISTRY_ARTIFACT_UNKNOWN */
export async function findArtifact({ database }: Store, path: string): Promise<Artifact> {
  const { rows } = await sql<Artifact>`select path, object, bytes from atalaya.artifacts where path = ${toText(path)}`.execute(
    database,
  );
  const [found] = rows;
  if (found === undefined) throw errors.ARTIFACT_UNKNOWN({ path });
  return found;
}

/** Files and folders right below a path, by name. Cost: one range of the index. */
export async function listArtifacts({ database }: Store, folder: string): Promise<readonly ListedArtifact[]> {
  const prefix = folder === "" ? "" : `${toText(folder)}/`;
  const { rows } = await sql<ListedArtifact>`
    with below as (
      select substr(path, length(${prefix}) + 1) as rest, bytes from atalaya.artifacts
      where ${prefix} = '' or (path >= ${prefix} and path < ${folder === "" ? "" : `${toText(folder)}0`})
    )
    select split_part(rest, '/', 1) as name, min(bytes) filter (where position('/' in rest) = 0) as bytes
    from below group by 1 order by 1`.execute(database);
  return rows;
}

/** Removes a file, or everything below a folder; the bytes go when nothing else refers to them (`collect`). */
export async function deleteArtifacts({ database }: Store, path: string): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from atalaya.artifacts where path = ${toText(path)}
      or (path >= ${`${toText(path)}/`} and path < ${`${toText(path)}0`})`.execute(database);
  return Number(numAffectedRows ?? 0n);
}
