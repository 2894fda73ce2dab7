import { createHash } from "node:crypto";
import { join } from "node:path";
import { type CameRow, readRows } from "@atalaya/ingest";
import { rowAsJson } from "@atalaya/learn";
import type { CleanBatch, CleanRow, ObjectReference, PartLabel, RawRow } from "@atalaya/store";
import { readManifest } from "../artifacts/dataset.js";
import { type RowsReference, readPositions } from "../artifacts/row-objects.js";
import { inScratch, LINE_COLUMN, readSilver } from "../artifacts/silver.js";
import { LEFT_OUT, TEST, TRAIN, VALIDATION } from "../training/parts.js";
import type { StepOutcome } from "../workflow/step-clock.js";
import { type IngestOutcome, listEntries, type RawBatchEntry } from "./ingest.js";
import { loadParts, type PartsOutcome } from "./split.js";
import type { StageContext } from "./stage.js";

export interface KeepOutcome extends StepOutcome {
  readonly rows: number;
}

/** Every row of the batches as it came, in the table `raw_data`. A batch is copied once. */
export async function keepRaw(context: StageContext, ingested: IngestOutcome): Promise<KeepOutcome> {
  const { store, definition } = context;
  const kept = await store.database
    .selectFrom("rawData")
    .select("batch")
    .distinct()
    .where("pipeline", "=", definition.name)
    .execute();
  const known = new Set(kept.map(({ batch }) => batch));
  let rows = 0;
  for (const entry of await listEntries(context, ingested)) {
    if (!known.has(entry.batch)) rows += await copyRaw(context, entry);
  }
  return { rows, audit: { rowsIn: rows, rowsOut: rows }, summary: `${rows.toLocaleString("en-US")} rows more in raw_data` };
}

async function copyRaw({ store, definition }: StageContext, entry: RawBatchEntry): Promise<number> {
  const { receivedAt } = await store.batches.byId(entry.batch);
  return inScratch(async (folder) => {
    const path = join(folder, "batch");
    await store.objects.download(entry.object, path);
    const { name, format, mediaType } = entry;
    const rows = readRows({ name, path, format, ...(mediaType === null ? {} : { mediaType }) });
    return store.keptRows.replaceRaw({ id: entry.batch, pipeline: definition.name, receivedAt }, readable(rows));
  });
}

/** What of a damaged batch can be read; the contract has said what is wrong with it. */
async function* readable(rows: AsyncIterable<CameRow>): AsyncGenerator<RawRow> {
  try {
    yield* rows;
  } catch {
    return;
  }
}

const LABELS: Readonly<Record<number, PartLabel>> = {
  [TRAIN]: "train",
  [VALIDATION]: "validation",
  [TEST]: "test",
  [LEFT_OUT]: "left out",
};

/**
 * Every accepted row with its part, in the table `clean_data`: the dataset of the last run. Batches whose rows and parts are as
 * they were are not written again; a split by hash leaves most of them.
 */
export async function keepClean(
  context: StageContext,
  ingested: IngestOutcome,
  kept: RowsReference,
  divided: PartsOutcome,
): Promise<KeepOutcome> {
  const { store, definition } = context;
  const entries = await listEntries(context, ingested);
  const batchByHash = new Map(entries.map(({ sha256, batch }) => [sha256, batch]));
  const { batches, rows: counts, contract } = await readManifest(context, kept.dataset);
  const parts = await partByRow(context, kept, divided, counts.accepted);
  let position = 0;
  const clean = batches
    .filter(({ silver }) => silver.length > 0)
    .map(({ raw, silver, rows }): CleanBatch => {
      const own = parts.subarray(position, position + rows.accepted);
      position += rows.accepted;
      const hash = createHash("sha256")
        .update(JSON.stringify([contract, silver.map(({ sha256 }) => sha256)]))
        .update(own);
      return { id: batchByHash.get(raw)!, fingerprint: hash.digest("hex"), rows: () => cleanRows(context, silver, own) };
    });
  const { rows, written } = await store.keptRows.replaceClean(definition.name, kept.dataset.sha256, clean);
  const [all, fresh] = [rows, written].map((count) => count.toLocaleString("en-US"));
  return {
    rows,
    audit: { dataset: kept.dataset.sha256, rowsIn: rows, rowsOut: rows, metrics: { written } },
    summary: written === rows ? `${all} rows in clean_data` : `${all} rows in clean_data, ${fresh} of them written`,
  };
}

/** The rows of one batch, read part by part. */
async function* cleanRows(
  { store, definition }: StageContext,
  silver: readonly ObjectReference[],
  parts: Uint8Array,
): AsyncGenerator<CleanRow> {
  const names = [LINE_COLUMN, ...definition.dataset.columns.map(({ name }) => name)];
  let position = 0;
  for (const part of silver) {
    for await (const frame of readSilver(store, part, names)) {
      const lines = frame.columns.get(LINE_COLUMN);
      for (let row = 0; row < frame.rowCount; row++, position++) {
        const { [LINE_COLUMN]: _line, ...values } = rowAsJson(frame, row);
        const line = lines?.kind === "number" ? lines.values[row]! : 0;
        yield { line, dataset: LABELS[parts[position]!]!, row: values };
      }
    }
  }
}

/** Part by row of the whole dataset; a row that a step of the project dropped is left out. */
async function partByRow(
  context: StageContext,
  { kept }: RowsReference,
  divided: PartsOutcome,
  rowCount: number,
): Promise<Uint8Array> {
  const parts = await loadParts(context, divided);
  if (kept === null) return parts;
  const all = new Uint8Array(rowCount).fill(LEFT_OUT);
  const positions = await readPositions(context, kept);
  for (let row = 0; row < positions.length; row++) all[positions[row]!] = parts[row]!;
  return all;
}
