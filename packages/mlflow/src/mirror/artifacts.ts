import { isAtalayaError } from "@atalaya/errors";
import { findArtifact, findRun } from "@atalaya/registry";
import { pathOfUri } from "../protocol/artifact-path.js";
import type { OtherSide } from "./other-side.js";
import { pushArtifact, remoteRoot } from "./push-artifacts.js";
import { isNotThere, unless } from "./refusals.js";
import { remoteRun } from "./runs.js";

/** A file of a run that was written, or taken away. Files of models go with the versions that name them. */
export async function lookAtArtifact(side: OtherSide, path: string): Promise<void> {
  const [, id, below] = /(?:^|\/)([0-9a-f]{32})\/artifacts\/(.+)$/.exec(path) ?? [];
  if (id === undefined || below === undefined) return;
  const run = await unless(isUnknownRun, findRun(side.store.database, id));
  if (run === null || path !== `${pathOfUri(run.artifactUri)}/${below}`) return;
  const remote = await remoteRun(side, id);
  if (remote === null) return;
  const to = `${remoteRoot(remote.artifactUri)}/${below}`;
  const artifact = await unless(isUnknownArtifact, findArtifact(side.store, path));
  if (artifact === null) await unless(isNotThere, side.server.remove(to));
  else await pushArtifact(side, artifact, to);
}

function isUnknownRun(error: unknown): boolean {
  return isAtalayaError(error) && error.code === "REGISTRY_RUN_UNKNOWN";
}

function isUnknownArtifact(error: unknown): boolean {
  return isAtalayaError(error) && error.code === "REGISTRY_ARTIFACT_UNKNOWN";
}
