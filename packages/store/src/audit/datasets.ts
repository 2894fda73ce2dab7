import type { Kysely } from "kysely";
import { toJson } from "../database/json.js";
import type { Row, Schema } from "../database/schema.js";
import type { ObjectReference } from "../objects/object-store.js";

export type Dataset = Row<"datasets">;

/** A set of rows that a model was made of: which batches went in, where the rows lie, how they were parted. */
export interface NewDataset {
  readonly pipeline: string;
  readonly name: string;
  /** Hash of the content; it is the reference. */
  readonly sha256: string;
  readonly rows: number;
  readonly columns: unknown;
  readonly batches: readonly number[];
  readonly objects: readonly ObjectReference[];
  readonly split: unknown;
  readonly run: string | null;
}

export interface Datasets {
  /** The same content of a pipeline gives the first row. */
  record(dataset: NewDataset): Promise<Dataset>;
  find(pipeline: string, sha256: string): Promise<Dataset | null>;
  /** The newest first. */
  list(pipeline: string, limit?: number): Promise<Dataset[]>;
}

export function createDatasets(database: Kysely<Schema>): Datasets {
  const find = async (pipeline: string, sha256: string): Promise<Dataset | null> => {
    const query = database.selectFrom("datasets").selectAll().where("pipeline", "=", pipeline).where("sha256", "=", sha256);
    return (await query.executeTakeFirst()) ?? null;
  };
  return {
    find,
    async record({ columns, objects, split, ...rest }) {
      await database
        .insertInto("datasets")
        .values({ ...rest, columns: toJson(columns), objects: toJson(objects), split: toJson(split) })
        .onConflict((on) => on.columns(["pipeline", "sha256"]).doNothing())
        .execute();
      const row = await find(rest.pipeline, rest.sha256);
      if (row === null) throw new Error("A dataset that was there a moment ago is gone.");
      return row;
    },
    list: (pipeline, limit = 100) =>
      database.selectFrom("datasets").selectAll().where("pipeline", "=", pipeline).orderBy("id", "desc").limit(limit).execute(),
  };
}
