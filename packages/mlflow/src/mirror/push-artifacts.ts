import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type Artifact, findArtifact, listArtifacts } from "@atalaya/registry";
import { errors } from "../errors.js";
import { pathOfUri } from "../protocol/artifact-path.js";
import { withTemporary } from "../routes/artifacts.js";
import type { OtherSide } from "./other-side.js";

/** Larger files go through the disk. */
const smallBytes = 4 * 1024 * 1024;

/** Everything below an address here to an address there. Addresses that lie elsewhere have nothing to bring. */
export async function pushArtifacts(side: OtherSide, from: string, to: string): Promise<void> {
  const root = pathOfUri(from);
  if (root === null) return;
  for await (const artifact of artifactsBelow(side, root))
    await pushArtifact(side, artifact, `${remoteRoot(to)}/${artifact.path.slice(root.length + 1)}`);
}

async function* artifactsBelow(side: OtherSide, folder: string): AsyncIterable<Artifact> {
  for (const { name, bytes } of await listArtifacts(side.store, folder)) {
    const path = `${folder}/${name}`;
    if (bytes === null) yield* artifactsBelow(side, path);
    else yield await findArtifact(side.store, path);
  }
}

export async function pushArtifact({ store, server }: OtherSide, { object, bytes }: Artifact, to: string): Promise<void> {
  if (bytes <= smallBytes) {
    await server.put(to, await store.objects.get(object), bytes);
    return;
  }
  await withTemporary(async (folder) => {
    const file = join(folder, "artifact");
    await store.objects.download(object, file);
    await server.put(to, createReadStream(file, { highWaterMark: 1 << 20 }), bytes);
  });
}

/** @throws MLFLOW_MIRROR_ARTIFACTS_ELSEWHERE */
export function remoteRoot(uri: string): string {
  const path = pathOfUri(uri);
  if (path === null) throw errors.MIRROR_ARTIFACTS_ELSEWHERE({ uri });
  return path;
}
