import type { Kysely } from "kysely";
import { toJson, toText } from "../database/json.js";
import type { BatchState, Release, Row, Schema } from "../database/schema.js";
import { errors } from "../errors.js";
import type { ObjectReference } from "../objects/object-store.js";

/** Source of the batches that are made of answered requests whose truth became known. */
export const INFERENCE_LOG_SOURCE = "inference-log";

export type Batch = Row<"batches">;

/** A batch as it came in; its bytes are in the object store already. */
export interface BatchReceipt {
  readonly pipeline: string;
  readonly source: string;
  /** What the source itself calls the batch. */
  readonly identity: string;
  /** Where the source goes on after this batch. */
  readonly cursor: string | null;
  readonly name: string;
  readonly format: string;
  readonly mediaType: string | null;
  readonly object: ObjectReference;
  readonly receivedAt: Date;
  readonly run: string | null;
}

/** What became of a batch: read = accepted + quarantined, which the database checks as well. */
export interface BatchOutcome {
  readonly state: Exclude<BatchState, "received">;
  readonly reason?: string | null;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsQuarantined: number;
  readonly silver: readonly ObjectReference[];
  /** Left out: as it was. */
  readonly profile?: unknown;
}

export interface Batches {
  /** Takes a batch once: the same content from the same source gives the first row and `created: false`. */
  record(receipt: BatchReceipt): Promise<{ batch: Batch; created: boolean }>;
  /** Sets the outcome; repeating it changes nothing. @throws STORE_BATCH_UNKNOWN */
  finish(id: number, outcome: BatchOutcome): Promise<Batch>;
  /** @throws STORE_BATCH_UNKNOWN */
  byId(id: number): Promise<Batch>;
  /** Lets the good rows of a refused or unreadable batch in: the next run judges it anew. @throws STORE_BATCH_UNKNOWN */
  release(id: number, release: Omit<Release, "at">): Promise<Batch>;
  isKnown(pipeline: string, source: string, sha256: string): Promise<boolean>;
  /** Cursor of the batch that came last; null when none came or it had none. */
  lastCursor(pipeline: string, source: string): Promise<string | null>;
  /** In the order in which they came. */
  list(pipeline: string, filter?: { source?: string; state?: BatchState; run?: string; limit?: number }): Promise<Batch[]>;
}

export function createBatches(database: Kysely<Schema>): Batches {
  return {
    record: (receipt) => record(database, receipt),
    async finish(id, { silver, reason, profile, ...counts }) {
      const values = {
        ...counts,
        reason: reason == null ? null : toText(reason),
        silver: toJson(silver),
        ...(profile === undefined ? {} : { profile: toJson(profile) }),
      };
      const row = await database.updateTable("batches").set(values).where("id", "=", id).returningAll().executeTakeFirst();
      if (row === undefined) throw errors.BATCH_UNKNOWN({ batch: id });
      return row;
    },
    async release(id, { who, why }) {
      const released = toJson({ who, why, at: new Date().toISOString() });
      const values = { released, state: "received", reason: null } as const;
      const row = await database.updateTable("batches").set(values).where("id", "=", id).returningAll().executeTakeFirst();
      if (row === undefined) throw errors.BATCH_UNKNOWN({ batch: id });
      return row;
    },
    async byId(id) {
      const row = await database.selectFrom("batches").selectAll().where("id", "=", id).executeTakeFirst();
      if (row === undefined) throw errors.BATCH_UNKNOWN({ batch: id });
      return row;
    },
    async isKnown(pipeline, source, sha256) {
      return (await findByContent(database, pipeline, source, sha256)) !== undefined;
    },
    async lastCursor(pipeline, source) {
      const query = database.selectFrom("batches").select("cursor").where("pipeline", "=", pipeline).where("source", "=", source);
      return (await query.orderBy("id", "desc").limit(1).executeTakeFirst())?.cursor ?? null;
    },
    list(pipeline, { source, state, run, limit } = {}) {
      let query = database.selectFrom("batches").selectAll().where("pipeline", "=", pipeline);
      if (source !== undefined) query = query.where("source", "=", source);
      if (state !== undefined) query = query.where("state", "=", state);
      if (limit !== undefined) query = query.limit(limit);
      if (run !== undefined) query = query.where("run", "=", run);
      return query.orderBy("id").execute();
    },
  };
}

async function record(database: Kysely<Schema>, receipt: BatchReceipt): Promise<{ batch: Batch; created: boolean }> {
  const { object, pipeline, source } = receipt;
  const values = {
    ...receipt,
    identity: toText(receipt.identity),
    name: toText(receipt.name),
    cursor: receipt.cursor === null ? null : toText(receipt.cursor),
    object: toJson(object),
    sha256: object.sha256,
    bytes: object.bytes,
  };
  const conflict = ["pipeline", "source", "sha256"] as const;
  const inserted = await database
    .insertInto("batches")
    .values(values)
    .onConflict((on) => on.columns(conflict).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted !== undefined) return { batch: inserted, created: true };
  const batch = await findByContent(database, pipeline, source, object.sha256);
  if (batch === undefined) throw new Error("A batch that was there a moment ago is gone.");
  return { batch, created: false };
}

function findByContent(database: Kysely<Schema>, pipeline: string, source: string, sha256: string): Promise<Batch | undefined> {
  const query = database.selectFrom("batches").selectAll().where("pipeline", "=", pipeline);
  return query.where("source", "=", source).where("sha256", "=", sha256).executeTakeFirst();
}
