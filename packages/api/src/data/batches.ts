import type { Batch, Store } from "@atalaya/store";
import { errors } from "../errors.js";

export interface BatchSummary {
  readonly id: number;
  readonly pipeline: string;
  readonly source: string;
  readonly name: string;
  readonly format: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly receivedAt: string;
  readonly state: Batch["state"];
  readonly reason: string | null;
  readonly rowsRead: number | null;
  readonly rowsAccepted: number | null;
  readonly rowsQuarantined: number | null;
  readonly run: string | null;
}

export interface DatasetSummary {
  readonly sha256: string;
  readonly name: string;
  readonly rows: number;
  readonly batches: readonly number[];
  readonly run: string | null;
  readonly createdAt: string;
  /** Versions that were trained on it. */
  readonly versions: readonly number[];
}

export interface PipelineData {
  readonly pipeline: string;
  readonly total: number;
  /** The newest first. */
  readonly batches: readonly BatchSummary[];
  readonly datasets: readonly DatasetSummary[];
}

/** A batch with the rows that were refused of it. */
export interface BatchDetail extends BatchSummary {
  readonly object: { readonly zone: string; readonly key: string };
  readonly silver: readonly { readonly zone: string; readonly key: string; readonly bytes: number }[];
  /** Counts, missing, quantiles and top levels of the accepted rows; null where none was made. */
  readonly profile: unknown;
  readonly reasons: readonly { readonly column: string | null; readonly reason: string; readonly rows: number }[];
  readonly quarantined: readonly {
    readonly line: number | null;
    readonly column: string | null;
    readonly reason: string;
    readonly text: string | null;
  }[];
  readonly offset: number;
  /** Who let it in although too many of its rows are bad; null: nobody. */
  readonly released: { readonly who: string; readonly why: string; readonly at: string } | null;
}

export async function pipelineData(store: Store, pipeline: string, limit: number, offset: number): Promise<PipelineData> {
  const all = store.database.selectFrom("batches").where("pipeline", "=", pipeline);
  const [counted, batches, datasets, versions] = await Promise.all([
    all.select((select) => select.fn.countAll<number>().as("total")).executeTakeFirstOrThrow(),
    all.selectAll().orderBy("id", "desc").limit(limit).offset(offset).execute(),
    store.datasets.list(pipeline, 100),
    store.database
      .selectFrom("modelVersions")
      .select(["version", "datasetReference"])
      .where("pipeline", "=", pipeline)
      .orderBy("version")
      .execute(),
  ]);
  return {
    pipeline,
    total: Number(counted.total),
    batches: batches.map(batchSummary),
    datasets: datasets.map(({ sha256, name, rows, batches: members, run, createdAt }) => ({
      sha256,
      name,
      rows,
      batches: members,
      run,
      createdAt: createdAt.toISOString(),
      versions: versions.filter(({ datasetReference }) => datasetReference === sha256).map(({ version }) => version),
    })),
  };
}

function batchSummary(batch: Batch): BatchSummary {
  const { id, pipeline, source, name, format, sha256, bytes, state, reason, run } = batch;
  const { rowsRead, rowsAccepted, rowsQuarantined } = batch;
  const receivedAt = batch.receivedAt.toISOString();
  return {
    id,
    pipeline,
    source,
    name,
    format,
    sha256,
    bytes,
    receivedAt,
    state,
    reason,
    rowsRead,
    rowsAccepted,
    rowsQuarantined,
    run,
  };
}

/** @throws API_BATCH_UNKNOWN */
export async function showBatch(store: Store, id: number, limit: number, offset: number): Promise<BatchDetail> {
  const batch = await store.database.selectFrom("batches").selectAll().where("id", "=", id).executeTakeFirst();
  if (batch === undefined) throw errors.BATCH_UNKNOWN({ batch: id });
  const [reasons, quarantined] = await Promise.all([store.quarantine.reasons(id), store.quarantine.list(id, { limit, offset })]);
  return {
    ...batchSummary(batch),
    object: { zone: batch.object.zone, key: batch.object.key },
    silver: batch.silver.map(({ zone, key, bytes }) => ({ zone, key, bytes })),
    profile: batch.profile,
    released: batch.released,
    reasons: reasons.map((entry) => ({ ...entry, rows: Number(entry.rows) })),
    quarantined,
    offset,
  };
}

/** Lets the good rows of a refused batch in: the next run judges it anew. @throws API_BATCH_UNKNOWN, API_BATCH_NOT_REFUSED */
export async function releaseBatch(
  store: Store,
  id: number,
  release: { readonly who: string; readonly why: string },
): Promise<BatchSummary> {
  const batch = await store.database.selectFrom("batches").select("state").where("id", "=", id).executeTakeFirst();
  if (batch === undefined) throw errors.BATCH_UNKNOWN({ batch: id });
  if (batch.state !== "refused" && batch.state !== "failed") throw errors.BATCH_NOT_REFUSED({ batch: id, state: batch.state });
  return batchSummary(await store.batches.release(id, release));
}
