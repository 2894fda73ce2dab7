import { isAtalayaError } from "@atalaya/errors";
import { findModel, findRegistered, type RegisteredVersion } from "@atalaya/registry";
import { sql } from "@atalaya/store";
import { pathOfUri } from "../protocol/artifact-path.js";
import { experimentCalled } from "./experiments.js";
import type { RemoteRun } from "./links.js";
import { equalTag, isMirrored, listOf, type OtherSide, objectOf, sourceOf, sourceTag, textOf } from "./other-side.js";
import { pushArtifacts } from "./push-artifacts.js";
import { isNotThere, isRefusedWith, isThereAlready, unless } from "./refusals.js";
import { ownRun, remoteRun } from "./runs.js";

/** Description and tags of a registered model; one that is gone here is gone there. */
export async function lookAtModel(side: OtherSide, name: string): Promise<void> {
  const model = await unless(isUnknown, findModel(side.store.database, name));
  if (model === null) {
    await unless(isNotThere, side.server.send("DELETE", "registered-models/delete", { name }));
    return;
  }
  await ensureModel(side, name);
  const { description, tags } = model;
  if (description !== null) await side.server.send("PATCH", "registered-models/update", { name, description });
  for (const [key, value] of Object.entries(tags))
    await side.server.send("POST", "registered-models/set-tag", { name, key, value });
}

async function ensureModel({ server }: OtherSide, name: string): Promise<void> {
  await unless(isThereAlready, server.send("POST", "registered-models/create", { name }));
}

/** A model took another name, and its versions and aliases with it. */
export async function rename(side: OtherSide, from: string, to: string): Promise<void> {
  const body = { name: from, new_name: to };
  // By an earlier attempt whose answer was lost, the old name is gone.
  await unless((error) => isNotThere(error) || isThereAlready(error), side.server.send("POST", "registered-models/rename", body));
  await side.links.rename(from, to);
  const { rows } = await sql<{ alias: string }>`select alias from atalaya.aliases where pipeline = ${to}`.execute(
    side.store.database,
  );
  for (const { alias } of rows) await lookAtAlias(side, to, alias);
}

/** A version with its files; one that is gone here is gone there. */
export async function lookAtVersion(side: OtherSide, name: string, version: number): Promise<void> {
  const subject = `${name}/${version}`;
  const found = await unless(isUnknown, findRegistered(side.store.database, name, version));
  if (found === null) {
    const remote = await side.links.version(subject);
    if (remote !== null) await unless(isNotThere, side.server.send("DELETE", "model-versions/delete", { name, version: remote }));
    await side.links.forget("version", subject);
    return;
  }
  const remote = await remoteVersion(side, found);
  if (remote === null) return;
  const { description, tags } = found;
  if (description !== null) await side.server.send("PATCH", "model-versions/update", { name, version: remote, description });
  for (const [key, value] of Object.entries(tags))
    await side.server.send("POST", "model-versions/set-tag", { name, version: remote, key, value });
}

/** Number of our version on the other side; it is registered there when it is not yet. Null: it came here by a mirror. */
async function remoteVersion(side: OtherSide, version: RegisteredVersion): Promise<string | null> {
  const { name, tags } = version;
  const subject = `${name}/${version.version}`;
  if (isMirrored(side, tags[sourceTag])) return null;
  const linked = await side.links.version(subject);
  if (linked !== null && (await isThere(side, name, linked))) return linked;
  await ensureModel(side, name);
  const source = sourceOf(side, "version", subject);
  const filter = `name = '${name.replaceAll("'", "")}' and ${equalTag(source)}`;
  const known = listOf(await side.server.get("model-versions/search", { filter, max_results: "1" }), "model_versions")[0];
  const made = known ?? objectOf(await register(side, version, source), "model_version");
  const remote = textOf(made, "version");
  await side.links.keep("version", subject, remote);
  return remote;
}

async function isThere({ server }: OtherSide, name: string, version: string): Promise<boolean> {
  return (await unless(isNotThere, server.get("model-versions/get", { name, version }))) !== null;
}

/** The files come first: a version that is there can be loaded. */
async function register(side: OtherSide, version: RegisteredVersion, source: string) {
  const { name, storageLocation } = version;
  const ownFolder = pathOfUriOrNull(storageLocation);
  const carrier = await carrierOf(side, version, source);
  const folder = `${carrier.artifactUri.replace(/\/$/, "")}/models/${encodeURIComponent(name)}/${version.version}`;
  if (ownFolder !== null) {
    await side.provide(ownFolder);
    await pushArtifacts(side, storageLocation, folder);
  }
  return side.server.send("POST", "model-versions/create", {
    name,
    source: ownFolder === null ? await translated(side, storageLocation) : folder,
    run_id: carrier.id,
    description: version.description ?? "",
    tags: [{ key: sourceTag, value: source }],
  });
}

/** An address that names a run names the one of the other side. */
async function translated(side: OtherSide, uri: string): Promise<string> {
  const [, run, path] = /^runs:\/+([0-9a-f]{32})\/(.*)$/.exec(uri) ?? [];
  const remote = run === undefined ? null : await remoteRun(side, run);
  return remote === null ? uri : `runs:/${remote.id}/${path}`;
}

/** Files of a version lie below a run: the one that made it, or one that is made for it alone. */
async function carrierOf(side: OtherSide, { name, version, runId }: RegisteredVersion, source: string): Promise<RemoteRun> {
  const maker = runId === null ? null : await remoteRun(side, runId);
  if (maker !== null) return maker;
  const experiment = await experimentCalled(side, name, source);
  const run = await ownRun(side, experiment, source, { run_name: `${name} ${version}`, start_time: Date.now() });
  await side.server.send("POST", "runs/update", { run_id: run.id, status: "FINISHED", end_time: Date.now() });
  return run;
}

/** Which version carries an alias now; none: it is taken away there. */
export async function lookAtAlias(side: OtherSide, name: string, alias: string): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select version from atalaya.aliases where pipeline = ${name} and alias = ${alias}`.execute(side.store.database);
  const [carrier] = rows;
  if (carrier === undefined) {
    const isGone = (error: unknown) => isNotThere(error) || isRefusedWith(error, "INVALID_PARAMETER_VALUE");
    await unless(isGone, side.server.send("DELETE", "registered-models/alias", { name, alias }));
    return;
  }
  const version = await remoteVersion(side, await findRegistered(side.store.database, name, carrier.version));
  if (version !== null) await side.server.send("POST", "registered-models/alias", { name, alias, version });
}

/** Addresses such as `runs:/…` are the client's to resolve. */
function pathOfUriOrNull(uri: string): string | null {
  return uri.startsWith("mlflow-artifacts:") ? pathOfUri(uri) : null;
}

function isUnknown(error: unknown): boolean {
  return isAtalayaError(error) && /^REGISTRY_MODEL(_VERSION)?_UNKNOWN$/.test(error.code);
}
