import { join } from "node:path";
import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import { type BatchInput, readRows } from "@atalaya/ingest";
import type { Batch, ObjectReference, QuarantinedRow } from "@atalaya/store";
import type { BatchProfile } from "../artifacts/batch-profile.js";
import type { DatasetManifest, SilverBatch } from "../artifacts/dataset.js";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import { inScratch, storeSilver } from "../artifacts/silver.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import { type BatchInParts, quarantinedRows, readInParts } from "./batch-in-parts.js";
import { judgeFreshness } from "./freshness.js";
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
  const judged = judgeAhead(entries, async (entry, before) => {
    return (await alreadyJudged(context, entry, contract)) ?? judgeBatch(context, entry, contract, before, report);
  });
  for await (const { batch } of judged) {
    batches.push(batch);
    report.progress(batches.length, entries.length, "batches", entries[batches.length - 1]!.name);
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

/** Batches that are read at a time: while one is packed and stored, the next is parsed. */
const BATCHES_AT_ONCE = 2;

/** Judges batches in their order; each is given the profile of the one before it. */
async function* judgeAhead(
  entries: readonly RawBatchEntry[],
  judge: (entry: RawBatchEntry, before: Promise<BatchProfile | null>) => Promise<JudgedBatch>,
): AsyncGenerator<JudgedBatch> {
  const begun: Promise<JudgedBatch>[] = [];
  let profile = Promise.resolve<BatchProfile | null>(null);
  try {
    for (const entry of entries) {
      const before = profile;
      const judged = judge(entry, before);
      profile = judged.then(async (own) => own.profile ?? (await before));
      // Whoever takes the batch hears of a failure; until then it is nobody's.
      profile.catch(() => {});
      begun.push(judged);
      if (begun.length >= BATCHES_AT_ONCE) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
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
  const silver = row.silver.filter(({ key }) => key.includes(`/${silverName(contract)}-`));
  if (silver.length === 0 || row.state !== "accepted") return null;
  const rows = { read: row.rowsRead ?? 0, accepted: row.rowsAccepted ?? 0, quarantined: row.rowsQuarantined ?? 0 };
  const batch = { raw: entry.sha256, cursor: entry.cursor, rows, silver, refused: false };
  return { batch, profile: row.profile as BatchProfile | null };
}

function judgeBatch(
  context: StageContext,
  entry: RawBatchEntry,
  contract: string,
  before: Promise<BatchProfile | null>,
  report: StepReporter,
): Promise<JudgedBatch> {
  return inScratch(async (folder) => {
    const known = await context.store.batches.byId(entry.batch);
    const reading = await readEntry(context, entry, known, folder);
    // What is told, and what is kept, follows the order of the batches.
    const profileBefore = await before;
    if ("unreadable" in reading) return refuseUnreadable(context, entry, reading.unreadable, report);
    return keepJudged(context, { entry, known, reading, contract, before: profileBefore }, report);
  });
}

/** A batch that could be read, and what is needed to judge it. */
interface ReadEntry {
  readonly entry: RawBatchEntry;
  readonly known: Batch;
  readonly reading: BatchInParts;
  readonly contract: string;
  readonly before: BatchProfile | null;
}

async function keepJudged(
  { store, definition }: StageContext,
  { entry, known, reading, contract, before }: ReadEntry,
  report: StepReporter,
): Promise<JudgedBatch> {
  const { checks, dataset } = definition;
  for (const { message } of reading.notes) tellOnce(report, entry, message);
  const { stale, note } = judgeFreshness(reading.newest, dataset.columns, checks.freshWithinMs, known.receivedAt);
  if (note !== null) report.note(`${entry.name}: ${note}`);
  const reason = known.released === null ? refusal(entry, reading, checks.maxRejected, stale) : null;
  const refused = reason !== null;
  if (reason !== null) report.note(reason);
  if (known.released !== null) report.note(`${entry.name} was released by ${known.released.who}: ${known.released.why}`);
  const rows: RowCounts = refused
    ? { read: reading.read, accepted: 0, quarantined: reading.read }
    : { read: reading.read, accepted: reading.accepted, quarantined: reading.rejected.count };
  const profile = reading.profiler.finish(before);
  for (const change of profile.changes) report.note(`${entry.name}: ${change}`);
  const silver: ObjectReference[] = [];
  for (const file of refused ? [] : reading.files) {
    silver.push(await storeSilver(store, definition.name, silverName(contract), file));
  }
  await store.quarantine.replace(entry.batch, quarantinedRows(reading, reason));
  await store.batches.finish(entry.batch, {
    state: refused ? "refused" : "accepted",
    reason,
    rowsRead: rows.read,
    rowsAccepted: rows.accepted,
    rowsQuarantined: rows.quarantined,
    silver,
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
  let bad = 0;
  async function* readable(input: BatchInput): AsyncGenerator<QuarantinedRow> {
    try {
      for await (const { line, row } of readRows(input)) {
        bad++;
        yield { line, column: null, reason, text: typeof row === "string" ? row : JSON.stringify(row) };
      }
    } catch (error) {
      // The rows before the damage are kept; that there is damage is the reason itself.
      if (!isAtalayaError(error)) throw error;
    }
  }
  await withBatch(context, entry, (input) => store.quarantine.replace(entry.batch, readable(input)));
  const rows = { read: bad, accepted: 0, quarantined: bad };
  const counts = { rowsRead: rows.read, rowsAccepted: 0, rowsQuarantined: rows.quarantined, silver: [] };
  await store.batches.finish(entry.batch, { state: "refused", reason, ...counts });
  return { batch: { raw: entry.sha256, cursor: entry.cursor, rows, silver: [], refused: true }, profile: null };
}

/** Why a batch is refused whole; null: it is not. */
function refusal(
  entry: RawBatchEntry,
  { read, rejected }: Pick<BatchInParts, "read" | "rejected">,
  limit: number,
  stale: string | null,
): string | null {
  const share = read === 0 ? 0 : rejected.count / read;
  const bad = share > limit ? `${(share * 100).toFixed(1)} % of its rows are bad, more than ${limit * 100} %` : null;
  const because = bad ?? stale;
  return because === null ? null : `batch ${entry.name} refused whole: ${because}`;
}

/**
 * Reads a batch by the contract. One that cannot be read ends a run that somebody asked for, once and by name; a run that
 * watches, and every run after, refuses it and goes on with the others.
 */
async function readEntry(
  context: StageContext,
  entry: RawBatchEntry,
  known: Batch,
  folder: string,
): Promise<BatchInParts | { readonly unreadable: AtalayaError }> {
  const { store, definition, request, run } = context;
  return withBatch(context, entry, async (input) => {
    try {
      return await readInParts(input, definition, folder);
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
