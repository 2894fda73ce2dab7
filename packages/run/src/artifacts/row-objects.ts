import type { ObjectReference } from "@atalaya/store";
import { pickRows } from "../rows/pick-rows.js";
import type { StoredRows } from "../rows/stored-rows.js";
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

export async function readPositions({ store }: Pick<StageContext, "store">, kept: ObjectReference): Promise<Uint32Array> {
  const bytes = await store.objects.get(kept);
  // A view needs an address that is a multiple of four.
  const own = bytes.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Uint32Array(own.buffer, own.byteOffset, own.byteLength / Uint32Array.BYTES_PER_ELEMENT);
}

export async function loadRows(context: StageContext, { dataset, kept }: RowsReference): Promise<StoredRows> {
  if (kept === null) return loadDataset(context, dataset);
  return context.frames.load(`${dataset.sha256}/${kept.sha256}`, async () =>
    pickRows(await loadDataset(context, dataset), await readPositions(context, kept)),
  );
}
