import { join } from "node:path";
import { isAtalayaError } from "@atalaya/errors";
import { type BatchReading, readBatch } from "@atalaya/ingest";
import type { ObjectReference, QuarantinedRow } from "@atalaya/store";
import type { DatasetManifest, SilverBatch } from "../artifacts/dataset.js";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import { inScratch, writeSilver } from "../artifacts/silver.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import { hashText, type IngestOutcome, type RawBatchEntry } from "./ingest.js";
import type { RowCounts, StageContext } from "./stage.js";

export interface ValidateOutcome extends StepOutcome {
  /** Manifest of the dataset: its hash is the dataset's identity. */
  readonly dataset: ObjectReference;
  readonly rows: RowCounts;
}

/**
 * Holds every batch against the contract: accepted rows become Parquet, the others go to quarantine with line and reason.
 * A batch is judged once for each contract; a batch with too many bad rows, or that cannot be read, is refused whole.
 */
export async function validate(context: StageContext, ingested: IngestOutcome, report: StepReporter): Promise<ValidateOutcome> {
  const { store, definition } = context;
  const contract = hashText(JSON.stringify([definition.dataset.columns, definition.checks]));
  const entries = await readJsonObject<RawBatchEntry[]>(store, ingested.batches);
  const batches: SilverBatch[] = [];
  for (const entry of entries) {
    batches.push((await alreadyJudged(context, entry, contract)) ?? (await judgeBatch(context, entry, contract, report)));
    report.progress(batches.length, entries.length, "batches", entry.name);
  }
  const rows = batches.reduce(
    (sum, batch) => ({
      read: sum.read + batch.rows.read,
      accepted: sum.accepted + batch.rows.accepted,
      quarantined: sum.quarantined + batch.rows.quarantined,
    }),
    { read: 0, accepted: 0, quarantined: 0 },
  );
  const manifest: DatasetManifest = { pipeline: definition.name, contract, batches, rows };
  const dataset = await writeJsonObject(store, "silver", definition.name, "dataset", manifest);
  return {
    dataset,
    rows,
    audit: { dataset: dataset.sha256, rowsIn: rows.read, rowsOut: rows.accepted, parameters: { contract, ...definition.checks } },
    summary: `${rows.accepted.toLocaleString("en-US")} rows accepted, ${rows.quarantined.toLocaleString("en-US")} quarantined`,
  };
}

/** Name of the accepted rows of a batch under a contract, so that another contract judges the batch anew. */
function silverName(contract: string): string {
  return `rows-${contract.slice(0, 16)}`;
}

async function alreadyJudged({ store }: StageContext, entry: RawBatchEntry, contract: string): Promise<SilverBatch | null> {
  const row = await store.batches.byId(entry.batch);
  const silver = row.silver.find(({ key }) => key.includes(`/${silverName(contract)}-`));
  if (silver === undefined || row.state !== "accepted") return null;
  const rows = { read: row.rowsRead ?? 0, accepted: row.rowsAccepted ?? 0, quarantined: row.rowsQuarantined ?? 0 };
  return { raw: entry.sha256, cursor: entry.cursor, rows, silver, refused: false };
}

async function judgeBatch(
  context: StageContext,
  entry: RawBatchEntry,
  contract: string,
  report: StepReporter,
): Promise<SilverBatch> {
  const { store, definition } = context;
  const reading = await readEntry(context, entry);
  for (const note of reading.notes) report.note(note.message);
  const share = reading.read === 0 ? 0 : reading.rejected.length / reading.read;
  const refused = share > definition.checks.maxRejected;
  if (refused) report.note(refusal(entry, share, definition.checks.maxRejected));
  const rows: RowCounts = refused
    ? { read: reading.read, accepted: 0, quarantined: reading.read }
    : { read: reading.read, accepted: reading.accepted.rowCount, quarantined: reading.rejected.length };
  const silver =
    rows.accepted === 0 ? null : await writeSilver(store, definition.name, silverName(contract), reading.accepted, reading.lines);
  const reason = refused ? refusal(entry, share, definition.checks.maxRejected) : null;
  await store.quarantine.replace(entry.batch, quarantined(reading, reason));
  await store.batches.finish(entry.batch, {
    state: refused ? "refused" : "accepted",
    reason,
    rowsRead: rows.read,
    rowsAccepted: rows.accepted,
    rowsQuarantined: rows.quarantined,
    silver: silver === null ? [] : [silver],
  });
  return { raw: entry.sha256, cursor: entry.cursor, rows, silver, refused };
}

function refusal(entry: RawBatchEntry, share: number, limit: number): string {
  return `batch ${entry.name} refused whole: ${(share * 100).toFixed(1)} % of its rows are bad, more than ${limit * 100} %`;
}

/** Bad rows with their own reasons; of a batch that is refused whole, the good ones too. */
function quarantined(reading: BatchReading, refusedBecause: string | null): QuarantinedRow[] {
  const bad = reading.rejected.map(({ line, column, reason, text }) => ({ line, column, reason, text }));
  if (refusedBecause === null) return bad;
  return [...bad, ...Array.from(reading.lines, (line) => ({ line, column: null, reason: refusedBecause, text: null }))];
}

async function readEntry({ store, definition }: StageContext, entry: RawBatchEntry): Promise<BatchReading> {
  return inScratch(async (folder) => {
    const path = join(folder, "batch");
    await store.objects.download(entry.object, path);
    const { name, format, mediaType } = entry;
    try {
      return await readBatch(
        { name, path, format, ...(mediaType === null ? {} : { mediaType }) },
        definition.dataset.columns,
        definition.checks,
      );
    } catch (error) {
      if (isAtalayaError(error)) {
        const nothing = { rowsRead: 0, rowsAccepted: 0, rowsQuarantined: 0, silver: [] };
        await store.batches.finish(entry.batch, { state: "failed", reason: error.message, ...nothing });
      }
      throw error;
    }
  });
}
