import type { ObjectReference } from "@atalaya/store";
import { RowsWriter } from "../rows/rows-writer.js";
import { blockRowsOf, type StoredRows } from "../rows/stored-rows.js";
import type { RowCounts, StageContext } from "../stages/stage.js";
import { readJsonObject } from "./json-objects.js";
import { readSilver } from "./silver.js";

/** One batch after the contract: what went in, what came out. */
export interface SilverBatch {
  /** SHA-256 of the raw bytes. */
  readonly raw: string;
  readonly cursor: string;
  readonly rows: RowCounts;
  /** Accepted rows as Parquet, in parts of bounded size; none when there are none, or the batch was refused whole. */
  readonly silver: readonly ObjectReference[];
  readonly refused: boolean;
}

/** The rows of a run: an immutable list of immutable parts. Its hash is the dataset's identity. */
export interface DatasetManifest {
  readonly pipeline: string;
  /** Hash of the columns and checks that the rows went through. */
  readonly contract: string;
  readonly batches: readonly SilverBatch[];
  readonly rows: RowCounts;
}

/** Manifests of earlier releases name one object or none. */
type EarlierBatch = Omit<SilverBatch, "silver"> & { readonly silver: readonly ObjectReference[] | ObjectReference | null };

export async function readManifest(context: Pick<StageContext, "store">, reference: ObjectReference): Promise<DatasetManifest> {
  const manifest = await readJsonObject<Omit<DatasetManifest, "batches"> & { readonly batches: readonly EarlierBatch[] }>(
    context.store,
    reference,
  );
  const batches = manifest.batches.map(({ silver, ...batch }) => ({
    ...batch,
    silver: silver === null ? [] : "sha256" in silver ? [silver] : silver,
  }));
  return { ...manifest, batches };
}

/** All accepted rows of a dataset, in the order of its batches. */
export async function loadDataset(context: StageContext, reference: ObjectReference): Promise<StoredRows> {
  return context.frames.load(reference.sha256, async () => {
    const { batches } = await readManifest(context, reference);
    return loadBatches(context, batches);
  });
}

/** The accepted rows of some batches; whoever asks for them closes them. */
export async function loadBatches(
  { store, definition }: Pick<StageContext, "store" | "definition">,
  batches: readonly SilverBatch[],
): Promise<StoredRows> {
  const names = definition.dataset.columns.map(({ name }) => name);
  const writer = new RowsWriter({ blockRows: blockRowsOf(names.length) });
  const parts = batches.flatMap(({ silver }) => silver);
  // While the rows of one part are taken, the database unpacks the first of the next.
  let next = begin(store, parts[0], names);
  for (const place of parts.keys()) {
    const { first, frames } = next!;
    next = begin(store, parts[place + 1], names);
    try {
      const { value, done } = await first;
      if (done !== true) writer.append(value);
      for await (const frame of frames) writer.append(frame);
    } catch (error) {
      await next?.frames.return(undefined);
      throw error;
    }
  }
  return writer.finish();
}

/** Asks for the first frame of a part at once; null: there is no such part. */
function begin(store: StageContext["store"], part: ObjectReference | undefined, names: readonly string[]) {
  if (part === undefined) return null;
  const frames = readSilver(store, part, names);
  const first = frames.next();
  // Whoever takes it hears of a failure; until then it is nobody's.
  first.catch(() => {});
  return { first, frames };
}
