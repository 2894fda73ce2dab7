import type { Batch, Store } from "@atalaya/store";
import { errors } from "../errors.js";

/** A batch by its number. @throws CLI_UNKNOWN_BATCH */
export async function findBatch({ database }: Store, id: number): Promise<Batch> {
  const batch = await database.selectFrom("batches").selectAll().where("id", "=", id).executeTakeFirst();
  if (batch === undefined) throw errors.UNKNOWN_BATCH({ batch: id, pipeline: null });
  return batch;
}
