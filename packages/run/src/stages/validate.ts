import { join } from "node:path";
import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import { type BatchInput, type BatchReading, readBatch, readRows } from "@atalaya/ingest";
import type { Batch, ObjectReference, QuarantinedRow } from "@atalaya/store";
import { type BatchProfile, profileBatch } from "../artifacts/batch-profile.js";
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
  let profile: BatchProfile | null = null;
  for (const entry of entries) {
    const judged: JudgedBatch =
      (await alreadyJudged(context, entry, contract)) ?? (await judgeBatch(context, entry, contract, profile, report));
    batches.push(judged.batch);
    profile = judged.profile ?? profile;
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

interface JudgedBatch {
  readonly batch: SilverBatch;
  /** null: none was made, as of a batch without accepted rows. */
  readonly profile: BatchProfile | null;
}

async function alreadyJudged({ store }: StageContext, entry: RawBatchEntry, contract: string): Promise<JudgedBatch | null> {
  const row = await store.batches.byId(entry.batch);
  const silver = row.silver.find(({ key }) => key.includes(`/${silverName(contract)}-`));
  if (silver === undefined || row.state !== "accepted") return null;
  const rows = { read: row.rowsRead ?? 0, accepted: row.rowsAccepted ?? 0, quarantined: row.rowsQuarantined ?? 0 };
  const batch = { raw: entry.sha256, cursor: entry.cursor, rows, silver, refused: false };
  return { batch, profile: row.profile as BatchProfile | null };
}

async function judgeBatch(
  context: StageContext,
  entry: RawBatchEntry,
  contract: string,
  before: BatchProfile | null,
  report: StepReporter,
): Promise<JudgedBatch> {
  const { store, definition } = context;
  const { checks, dataset } = definition;
  const known = await store.batches.byId(entry.batch);
  const reading = await readEntry(context, entry, known);
  if ("unreadable" in reading) return refuseUnreadable(context, entry, reading.unreadable, report);
  for (const { message } of reading.notes) tellOnce(report, entry, message);
  const share = reading.read === 0 ? 0 : reading.rejected.length / reading.read;
  const refused = share > checks.maxRejected && known.released === null;
  const reason = refused ? refusal(entry, share, checks.maxRejected) : null;
  if (reason !== null) report.note(reason);
  if (known.released !== null) report.note(`${entry.name} was released by ${known.released.who}: ${known.released.why}`);
  const rows: RowCounts = refused
    ? { read: reading.read, accepted: 0, quarantined: reading.read }
    : { read: reading.read, accepted: reading.accepted.rowCount, quarantined: reading.rejected.length };
  const profile = profileBatch(reading.accepted, dataset.columns, before);
  for (const change of profile.changes) report.note(`${entry.name}: ${change}`);
  const silver =
    rows.accepted === 0 ? null : await writeSilver(store, definition.name, silverName(contract), reading.accepted, reading.lines);
  await store.quarantine.replace(entry.batch, quarantined(reading, reason));
  await store.batches.finish(entry.batch, {
    state: refused ? "refused" : "accepted",
    reason,
    rowsRead: rows.read,
    rowsAccepted: rows.accepted,
    rowsQuarantined: rows.quarantined,
    silver: silver === null ? [] : [silver],
    profile,
  });
  const batch = { raw: entry.sha256, cursor: entry.cursor, rows, silver, refused };
  return { batch, profile: rows.accepted === 0 ? null : profile };
}

/** What is told of one batch after the other says nothing new: a schema note is told once for each run. */
function tellOnce(report: StepReporter, entry: RawBatchEntry, message: string): void {
  const told = toldBy.get(report) ?? new Set<string>();
  toldBy.set(report, told);
  const aboutAny = message.replace(entry.name, "");
  if (!told.has(aboutAny)) report.note(message);
  told.add(aboutAny);
}

const toldBy = new WeakMap<StepReporter, Set<string>>();

/** A batch that no contract can be held against is refused whole: what of it can be read goes to quarantine with the reason. */
async function refuseUnreadable(
  context: StageContext,
  entry: RawBatchEntry,
  why: AtalayaError,
  report: StepReporter,
): Promise<JudgedBatch> {
  const { store } = context;
  const reason = `batch ${entry.name} refused whole: ${why.message}`;
  report.note(reason);
  const bad: QuarantinedRow[] = [];
  await withBatch(context, entry, async (input) => {
    try {
      for await (const { line, row } of readRows(input)) {
        bad.push({ line, column: null, reason, text: typeof row === "string" ? row : JSON.stringify(row) });
      }
    } catch (error) {
      // The rows before the damage are kept; that there is damage is the reason itself.
      if (!isAtalayaError(error)) throw error;
    }
  });
  await store.quarantine.replace(entry.batch, bad);
  const rows = { read: bad.length, accepted: 0, quarantined: bad.length };
  const counts = { rowsRead: rows.read, rowsAccepted: 0, rowsQuarantined: rows.quarantined, silver: [] };
  await store.batches.finish(entry.batch, { state: "refused", reason, ...counts });
  return { batch: { raw: entry.sha256, cursor: entry.cursor, rows, silver: null, refused: true }, profile: null };
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

/**
 * Reads a batch by the contract. One that cannot be read ends a run that somebody asked for, once and by name; a run that
 * watches, and every run after, refuses it and goes on with the others.
 */
async function readEntry(
  context: StageContext,
  entry: RawBatchEntry,
  known: Batch,
): Promise<BatchReading | { readonly unreadable: AtalayaError }> {
  const { store, definition, request, run } = context;
  return withBatch(context, entry, async (input) => {
    try {
      return await readBatch(input, definition.dataset.columns, definition.checks);
    } catch (error) {
      if (!isAtalayaError(error)) throw error;
      const isOld = known.state !== "received" && known.run !== run;
      if (isOld || request.kind === "watch") return { unreadable: error };
      const nothing = { rowsRead: 0, rowsAccepted: 0, rowsQuarantined: 0, silver: [] };
      await store.batches.finish(entry.batch, { state: "failed", reason: error.message, ...nothing });
      throw error;
    }
  });
}

/** Gives `work` the raw batch as a local file. */
function withBatch<Result>(
  { store }: StageContext,
  entry: RawBatchEntry,
  work: (input: BatchInput) => Promise<Result>,
): Promise<Result> {
  return inScratch(async (folder) => {
    const path = join(folder, "batch");
    await store.objects.download(entry.object, path);
    const { name, format, mediaType } = entry;
    return work({ name, path, format, ...(mediaType === null ? {} : { mediaType }) });
  });
}
