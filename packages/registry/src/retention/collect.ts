import { type ObjectReference, type Store, sql, type Zone } from "@atalaya/store";
import { liveHashes } from "./live-hashes.js";

export interface CollectOptions {
  /** Deleted runs, experiments and logged models are kept for so long, to be restored. */
  readonly keepDeletedDays: number;
  /** Unreferenced objects that are younger are left: somebody may be about to name them. */
  readonly keepUnnamedHours: number;
  /** Tells what would go, and removes nothing. */
  readonly dryRun: boolean;
}

/** What went, or would go. */
export interface Collected {
  readonly runs: readonly string[];
  readonly loggedModels: readonly string[];
  readonly experiments: readonly string[];
  readonly objects: readonly ObjectReference[];
  readonly bytes: number;
  /** Objects that something refers to. */
  readonly liveObjects: number;
}

const zones: readonly Zone[] = ["raw", "silver", "models", "eval"];

/**
 * Mark and sweep: removes what was deleted long ago from the database, then every object that nothing names any more.
 * What is removed is written down in `tombstones`, in the transaction that removes its rows. A second collector waits.
 *
 * Cost: one pass over the texts of all tables, one listing of all objects.
 */
export async function collect(store: Store, options: CollectOptions): Promise<Collected> {
  const rows = await removeDeleted(store, options);
  const live = await liveHashes(store, rows.artifactRoots);
  const objects: ObjectReference[] = [];
  let liveObjects = 0;
  const youngest = Date.now() - options.keepUnnamedHours * 3_600_000;
  for (const zone of zones) {
    for await (const object of store.objects.list(zone)) {
      if (live.has(object.sha256)) {
        liveObjects++;
        continue;
      }
      const writtenAt = await store.objects.writtenAt(object);
      if (writtenAt === null || writtenAt.getTime() > youngest) continue;
      objects.push(object);
      if (!options.dryRun) await removeObject(store, object);
    }
  }
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  return { runs: rows.runs, loggedModels: rows.loggedModels, experiments: rows.experiments, objects, bytes, liveObjects };
}

/** The tombstone comes first: after a crash between the two the object is swept again. */
async function removeObject({ database, objects }: Store, object: ObjectReference): Promise<void> {
  await sql`insert into atalaya.tombstones (kind, name, bytes, why)
    values ('object', ${object.key}, ${object.bytes}, 'nothing refers to it')`.execute(database);
  await objects.remove(object);
}

interface RemovedRows {
  readonly runs: readonly string[];
  readonly loggedModels: readonly string[];
  readonly experiments: readonly string[];
  /** Paths whose artifacts go with them; what only they name is not live, in a dry run either. */
  readonly artifactRoots: readonly string[];
}

async function removeDeleted({ database }: Store, { keepDeletedDays, dryRun }: CollectOptions): Promise<RemovedRows> {
  const before = Date.now() - keepDeletedDays * 86_400_000;
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('atalaya.collect', 0))`.execute(transaction);
    const runs = await sql<{ number: number; id: string; uri: string }>`
      select number, id, artifact_uri as uri from atalaya.tracked_runs
      where stage = 'deleted' and deleted_at < ${before} for update`.execute(transaction);
    const models = await sql<{ id: string; uri: string }>`
      select id, artifact_uri as uri from atalaya.logged_models as m
      where stage = 'deleted' and updated_at < ${before}
        and not exists (select from atalaya.registered_versions where model_id = m.id) for update`.execute(transaction);
    const experiments = await sql<{ id: number; name: string }>`
      select id, name from atalaya.experiments as e where stage = 'deleted' and updated_at < ${before}
        and not exists (select from atalaya.tracked_runs where experiment = e.id and not (stage = 'deleted' and deleted_at < ${before}))
        and not exists (select from atalaya.logged_models where experiment = e.id and not (stage = 'deleted' and updated_at < ${before}))
      for update`.execute(transaction);
    const artifactRoots = [...runs.rows, ...models.rows].flatMap(({ uri }) => /^mlflow-artifacts:\/+(.+)$/.exec(uri)?.[1] ?? []);
    if (!dryRun) {
      // Uploads in parts that nobody goes on with: their objects are named by nothing then.
      await sql`delete from atalaya.uploads where touched_at < now() - interval '24 hours'`.execute(transaction);
      await removeRows(transaction, { runs: runs.rows, models: models.rows, experiments: experiments.rows, artifactRoots });
    }
    return {
      runs: runs.rows.map(({ id }) => id),
      loggedModels: models.rows.map(({ id }) => id),
      experiments: experiments.rows.map(({ name }) => name),
      artifactRoots,
    };
  });
}

const contentTables = ["run_params", "run_tags", "metric_points", "latest_metrics", "run_datasets", "run_models"];

async function removeRows(
  transaction: Store["database"],
  gone: {
    readonly runs: readonly { readonly number: number; readonly id: string }[];
    readonly models: readonly { readonly id: string }[];
    readonly experiments: readonly { readonly id: number; readonly name: string }[];
    readonly artifactRoots: readonly string[];
  },
): Promise<void> {
  const numbers = gone.runs.map(({ number }) => number);
  // The counts of changes come last: the deletes before are counted.
  for (const table of [...contentTables, "run_touches"])
    await sql`delete from ${sql.table(`atalaya.${table}`)} where run = any(${numbers}::bigint[])`.execute(transaction);
  await sql`delete from atalaya.tracked_runs where number = any(${numbers}::bigint[])`.execute(transaction);
  const models = gone.models.map(({ id }) => id);
  await sql`delete from atalaya.logged_models where id = any(${models})`.execute(transaction);
  for (const root of gone.artifactRoots)
    await sql`delete from atalaya.artifacts where path >= ${`${root}/`} and path < ${`${root}0`}`.execute(transaction);
  const experiments = gone.experiments.map(({ id }) => id);
  await sql`delete from atalaya.tracked_datasets where experiment = any(${experiments}::int[])`.execute(transaction);
  await sql`delete from atalaya.experiments where id = any(${experiments}::int[])`.execute(transaction);
  const names = [
    ...gone.runs.map(({ id }) => ["run", id] as const),
    ...gone.models.map(({ id }) => ["logged model", id] as const),
    ...gone.experiments.map(({ name }) => ["experiment", name] as const),
  ];
  for (const [kind, name] of names)
    await sql`insert into atalaya.tombstones (kind, name, why) values (${kind}, ${name}, 'deleted before')`.execute(transaction);
}
