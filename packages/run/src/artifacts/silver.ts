import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readParquetFrames, writeParquet } from "@atalaya/ingest";
import { type Frame, withColumns } from "@atalaya/learn";
import type { ObjectReference, Store } from "@atalaya/store";
import { blockRowsOf } from "../rows/stored-rows.js";

/** Name of the column that says at which line of its batch a row stood. No column of a dataset can be called so. */
export const LINE_COLUMN = "atalaya:line";

/** Two row groups of the writer: a part is packed while the next is read, so small parts leave little to wait for at the end. */
const MOST_PART_ROWS = 245_760;
const LEAST_PART_ROWS = 20_000;
const PART_CELLS = 8_000_000;

/** Rows of one Parquet object of so many columns; a larger batch has several objects. */
export function partRowsOf(columns: number): number {
  return Math.min(MOST_PART_ROWS, Math.max(LEAST_PART_ROWS, Math.floor(PART_CELLS / Math.max(1, columns))));
}

/** DuckDB holds a part while it writes it, and spills what is more: 250,000 rows of 12 columns are 25 MB. */
const WRITING = { memoryMib: 384 };

/** Writes accepted rows, with their lines, as a Parquet file. */
export async function writeSilverFile(frame: Frame, lines: Uint32Array, path: string): Promise<void> {
  const withLines = withColumns(frame, [[LINE_COLUMN, { kind: "number", values: Float64Array.from(lines) }]]);
  await writeParquet(withLines, path, WRITING);
}

/** Accepted rows of a batch as Parquet files in a folder. While the database packs one part on its own thread, the next is read. */
export class SilverFiles {
  readonly files: string[] = [];
  #packing: Promise<void> = Promise.resolve();

  constructor(readonly folder: string) {}

  /** Takes a part; resolves when the next may come: two parts are there at a time. */
  async add(frame: Frame, lines: Uint32Array): Promise<void> {
    const path = join(this.folder, `part-${this.files.length}.parquet`);
    await this.#packing;
    this.#packing = writeSilverFile(frame, lines, path);
    // Whoever awaits it next hears of a failure; until then it is nobody's.
    this.#packing.catch(() => {});
    this.files.push(path);
  }

  /** Resolves when all files are whole. */
  async finish(): Promise<void> {
    await this.#packing;
  }

  /** Resolves when nothing is written any more, whatever became of it: the folder may go. */
  async abandon(): Promise<void> {
    await this.#packing.catch(() => {});
  }
}

/** Keeps a file that `writeSilverFile` wrote. */
export function storeSilver(store: Store, pipeline: string, name: string, path: string): Promise<ObjectReference> {
  return store.objects.put("silver", { pipeline, name, extension: "parquet" }, { path });
}

/** The rows of a Parquet object, some columns of them, in frames of a block each. */
export async function* readSilver(store: Store, reference: ObjectReference, names: readonly string[]): AsyncGenerator<Frame> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-"));
  try {
    const path = join(folder, "rows.parquet");
    await store.objects.download(reference, path);
    yield* readParquetFrames(path, names, blockRowsOf(names.length));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
