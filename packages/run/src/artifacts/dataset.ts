import type { Frame } from "@atalaya/learn";
import { concatenateFrames } from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import type { RowCounts, StageContext } from "../stages/stage.js";
import { readJsonObject } from "./json-objects.js";
import { readSilver } from "./silver.js";

/** One batch after the contract: what went in, what came out. */
export interface SilverBatch {
  /** SHA-256 of the raw bytes. */
  readonly raw: string;
  readonly cursor: string;
  readonly rows: RowCounts;
  /** Accepted rows as Parquet; null when there are none, or the batch was refused whole. */
  readonly silver: ObjectReference | null;
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

/** All accepted rows of a dataset, in the order of its batches. */
export async function loadDataset(context: StageContext, reference: ObjectReference): Promise<Frame> {
  return context.frames.load(reference.sha256, async () => {
    const manifest = await readJsonObject<DatasetManifest>(context.store, reference);
    const columns = context.definition.dataset.columns;
    const frames: Frame[] = [];
    for (const { silver } of manifest.batches) {
      if (silver !== null) frames.push(await readSilver(context.store, silver, columns));
    }
    return concatenateFrames(frames);
  });
}
