import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readParquet, writeParquet } from "@atalaya/ingest";
import { type ColumnSchema, type Frame, withColumns } from "@atalaya/learn";
import type { ObjectReference, Store } from "@atalaya/store";

/** Name of the column that says at which line of its batch a row stood. No column of a dataset can be called so. */
export const LINE_COLUMN = "atalaya:line";

/** Stores accepted rows, with their lines, as one Parquet object. */
export async function writeSilver(
  store: Store,
  pipeline: string,
  name: string,
  frame: Frame,
  lines: Uint32Array,
): Promise<ObjectReference> {
  const withLines = withColumns(frame, [[LINE_COLUMN, { kind: "number", values: Float64Array.from(lines) }]]);
  return inScratch(async (folder) => {
    const path = join(folder, "rows.parquet");
    await writeParquet(withLines, path);
    return store.objects.put("silver", { pipeline, name, extension: "parquet" }, { path });
  });
}

/** The columns of the contract, without the lines. */
export async function readSilver(store: Store, reference: ObjectReference, columns: readonly ColumnSchema[]): Promise<Frame> {
  return inScratch(async (folder) => {
    const path = join(folder, "rows.parquet");
    await store.objects.download(reference, path);
    return readParquet(
      path,
      columns.map(({ name }) => name),
    );
  });
}

/** Gives `work` a folder of its own and removes it afterwards. */
export async function inScratch<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
