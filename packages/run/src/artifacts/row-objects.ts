import { type Frame, selectRows } from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import type { StageContext } from "../stages/stage.js";
import { loadDataset } from "./dataset.js";

/** The rows that features see: a dataset, and which of its rows the project's own steps kept (null: all). */
export interface RowsReference {
  readonly dataset: ObjectReference;
  readonly kept: ObjectReference | null;
}

export async function writeBytesObject(context: StageContext, name: string, bytes: Uint8Array): Promise<ObjectReference> {
  return context.store.objects.put("silver", { pipeline: context.definition.name, name, extension: "bin" }, bytes);
}

/** Positions as little-endian 32-bit numbers. */
export async function writePositions(context: StageContext, positions: Uint32Array): Promise<ObjectReference> {
  return writeBytesObject(context, "kept", new Uint8Array(positions.buffer, positions.byteOffset, positions.byteLength));
}

export async function loadRows(context: StageContext, { dataset, kept }: RowsReference): Promise<Frame> {
  if (kept === null) return loadDataset(context, dataset);
  return context.frames.load(`${dataset.sha256}/${kept.sha256}`, async () => {
    const bytes = await context.store.objects.get(kept);
    const positions = new Uint32Array(bytes.slice().buffer);
    return selectRows(await loadDataset(context, dataset), positions);
  });
}
