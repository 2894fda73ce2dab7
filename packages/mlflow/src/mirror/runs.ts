import { isAtalayaError } from "@atalaya/errors";
import { findRun, type RunInfo, type TrackedRun } from "@atalaya/registry";
import { sql } from "@atalaya/store";
import { remoteExperiment } from "./experiments.js";
import type { RemoteRun } from "./links.js";
import { equalTag, isMirrored, listOf, type OtherSide, objectOf, sourceOf, sourceTag, textOf } from "./other-side.js";
import { forgetChanges } from "./outbox.js";
import { batchesOf, type LogBatch, type LogJob } from "./plan.js";
import { pushArtifacts } from "./push-artifacts.js";
import { isDeletedThere, isNotThere, unless } from "./refusals.js";
import { withSnapshot } from "./snapshot.js";

/**
 * Our run on the other side. One that is not there yet is made with all that it holds now, whatever waits in the outbox.
 * Null: it is gone here, or it came here from another database.
 */
export async function remoteRun(side: OtherSide, id: string): Promise<RemoteRun | null> {
  return (await side.links.run(id)) ?? (await pushWhole(side, id));
}

/** Brings a run with all that it holds to the other side, also what was there before. */
export async function pushWhole(side: OtherSide, id: string): Promise<RemoteRun | null> {
  const run = await localRun(side, id);
  if (run === null) return null;
  const remote = await findOrCreate(side, run);
  const changes = await withSnapshot(side.store, id, async ({ run: whole, points, changes: covered }) => {
    const values = { params: pairsOf(whole.params), tags: await translated(side, pairsOf(whole.tags)), metrics: [] };
    for (const batch of batchesOf(values)) await logBatch(side, whole, remote, batch);
    for await (const metrics of points)
      for (const batch of batchesOf({ params: new Map(), tags: new Map(), metrics: [...metrics] }))
        await logBatch(side, whole, remote, batch);
    await logDatasets(side, whole, remote, whole.datasets);
    await pushState(side, whole, remote);
    return covered;
  });
  await pushArtifacts(side, run.artifactUri, remote.artifactUri);
  await side.links.keep("run", id, remote);
  await forgetChanges(side.store.database, changes);
  return remote;
}

/** Name, status, end and stage as they are here now. */
export async function lookAtRun(side: OtherSide, id: string): Promise<void> {
  await onLinkedRun(side, id, async (remote) => {
    const run = await localRun(side, id);
    if (run !== null) await pushState(side, run, remote);
  });
}

/** Values of a run that changed. What is there already, by an attempt whose answer was lost, is not there twice. */
export async function log(side: OtherSide, job: LogJob): Promise<void> {
  await onLinkedRun(side, job.run, async (remote) => {
    const run = await localRun(side, job.run);
    if (run === null) return;
    const tags = await translated(side, job.tags);
    for (const batch of batchesOf({ ...job, tags })) await logBatch(side, run, remote, batch);
    for (const [key, value] of job.tags) if (value === null) await takeTag(side, run, remote, key);
    if (job.datasets.length > 0) await logDatasets(side, run, remote, await datasetsOf(side, run.number, job.datasets));
  });
}

/** A run that somebody removed for good on the other side is made anew. */
async function onLinkedRun(side: OtherSide, id: string, work: (remote: RemoteRun) => Promise<void>): Promise<void> {
  const linked = await side.links.run(id);
  if (linked === null) {
    await pushWhole(side, id);
    return;
  }
  const done = await unless(
    isNotThere,
    work(linked).then(() => true),
  );
  if (done !== null) return;
  await side.links.forget("run", id);
  await pushWhole(side, id);
}

async function localRun(side: OtherSide, id: string): Promise<RunInfo | null> {
  const { database } = side.store;
  const run = await unless((error) => isAtalayaError(error) && error.code === "REGISTRY_RUN_UNKNOWN", findRun(database, id));
  if (run === null) return null;
  const { rows } = await sql<{ value: string }>`
    select value from atalaya.run_tags where run = ${run.number} and key = ${sourceTag}`.execute(database);
  return isMirrored(side, rows[0]?.value) ? null : run;
}

async function findOrCreate(side: OtherSide, run: RunInfo): Promise<RemoteRun> {
  const experiment = await remoteExperiment(side, run.experiment);
  return ownRun(side, experiment, sourceOf(side, "run", run.id), {
    run_name: run.name,
    user_id: run.userId,
    start_time: run.startedAt ?? Date.now(),
  });
}

/** The run of the other side that came from `source`; made when there is none. */
export async function ownRun(side: OtherSide, experiment: string, source: string, fields: object): Promise<RemoteRun> {
  const search = { experiment_ids: [experiment], filter: equalTag(source), run_view_type: "ALL", max_results: 1 };
  const [known] = listOf(await side.server.send("POST", "runs/search", search), "runs");
  const tags = [{ key: sourceTag, value: source }];
  const run =
    known ?? objectOf(await side.server.send("POST", "runs/create", { experiment_id: experiment, ...fields, tags }), "run");
  const info = objectOf(run, "info");
  return { id: textOf(info, "run_id"), artifactUri: textOf(info, "artifact_uri") };
}

async function pushState(side: OtherSide, run: RunInfo, remote: RemoteRun): Promise<void> {
  const change = {
    run_id: remote.id,
    run_name: run.name,
    status: run.status,
    ...(run.endedAt === null ? {} : { end_time: run.endedAt }),
  };
  await whileActive(side, run, remote, () => side.server.send("POST", "runs/update", change));
  if (run.stage === "deleted") await side.server.send("POST", "runs/delete", { run_id: remote.id });
}

async function logBatch(side: OtherSide, run: RunInfo, remote: RemoteRun, batch: LogBatch): Promise<void> {
  const body = {
    run_id: remote.id,
    metrics: batch.metrics.map(([key, value, timestamp, step]) => ({ key, value, timestamp, step })),
    params: batch.params.map(([key, value]) => ({ key, value })),
    tags: batch.tags.map(([key, value]) => ({ key, value })),
  };
  await whileActive(side, run, remote, () => side.server.send("POST", "runs/log-batch", body));
}

/** A deleted run takes nothing: it is brought back for the time of the call, and deleted again where it is deleted here. */
async function whileActive(side: OtherSide, run: RunInfo, remote: RemoteRun, work: () => Promise<unknown>): Promise<void> {
  const done = await unless(isDeletedThere, work());
  if (done !== null) return;
  await side.server.send("POST", "runs/restore", { run_id: remote.id });
  await work();
  if (run.stage === "deleted") await side.server.send("POST", "runs/delete", { run_id: remote.id });
}

const parentTag = "mlflow.parentRunId";

/** Tags that name a run name the one of the other side. */
async function translated<Value extends string | null>(
  side: OtherSide,
  tags: ReadonlyMap<string, Value>,
): Promise<Map<string, Value | string>> {
  const parent = tags.get(parentTag);
  const result = new Map<string, Value | string>(tags);
  if (typeof parent === "string") result.set(parentTag, (await idThere(side, parent)) ?? parent);
  return result;
}

/** A parent that is not there yet is made empty: what it holds follows with its own changes. */
async function idThere(side: OtherSide, id: string): Promise<string | null> {
  const linked = await side.links.run(id);
  if (linked !== null) return linked.id;
  const run = await localRun(side, id);
  return run === null ? null : (await findOrCreate(side, run)).id;
}

function pairsOf(pairs: readonly { readonly key: string; readonly value: string }[]): Map<string, string> {
  return new Map(pairs.map(({ key, value }) => [key, value]));
}

async function datasetsOf(side: OtherSide, run: number, ids: readonly number[]): Promise<TrackedRun["datasets"]> {
  const { rows } = await sql<TrackedRun["datasets"][number]>`
    select name, digest, source_type, source, schema, profile, tags
    from atalaya.run_datasets join atalaya.tracked_datasets on id = dataset
    where run = ${run} and dataset = any(${ids}::bigint[]) order by dataset`.execute(side.store.database);
  return rows;
}

async function takeTag(side: OtherSide, run: RunInfo, remote: RemoteRun, key: string): Promise<void> {
  const take = () => side.server.send("POST", "runs/delete-tag", { run_id: remote.id, key });
  await whileActive(side, run, remote, async () => (await unless(isNotThere, take())) ?? {});
}

async function logDatasets(side: OtherSide, run: RunInfo, remote: RemoteRun, datasets: TrackedRun["datasets"]): Promise<void> {
  if (datasets.length === 0) return;
  const inputs = datasets.map(({ name, digest, sourceType, source, schema, profile, tags }) => ({
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    dataset: { name, digest, source_type: sourceType, source, ...(schema && { schema }), ...(profile && { profile }) },
  }));
  const body = { run_id: remote.id, datasets: inputs };
  await whileActive(side, run, remote, () => side.server.send("POST", "runs/log-inputs", body));
}
