import { createHash } from "node:crypto";
import type { SourceDefinition } from "@atalaya/define";
import { openSource, type RawBatch, sourceIdentity } from "@atalaya/ingest";
import { INFERENCE_LOG_SOURCE, type ObjectReference } from "@atalaya/store";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import type { StageContext } from "./stage.js";

/** One raw batch, as the steps after ingestion know it. */
export interface RawBatchEntry {
  /** Row of the table `batches`. */
  readonly batch: number;
  readonly sha256: string;
  readonly object: ObjectReference;
  readonly name: string;
  readonly cursor: string;
  readonly format: RawBatch["format"];
  readonly mediaType: string | null;
}

export interface IngestOutcome extends StepOutcome {
  /** The batches as a JSON list of `RawBatchEntry`: all that this source ever gave, not those of this run alone. */
  readonly batches: ObjectReference;
  readonly count: number;
  readonly fresh: number;
}

/**
 * Pulls every batch that the source has and keeps it as it came. A batch is known by pipeline, source and content, so one
 * that comes again, in this run or after a crash, is taken once.
 */
export async function ingest(context: StageContext, source: SourceDefinition, report: StepReporter): Promise<IngestOutcome> {
  const fresh = await pullBatches(context, source, report, Number.POSITIVE_INFINITY);
  return outcomeOf(context, identityOf(context, source), await listBatches(context, identityOf(context, source)), fresh);
}

/**
 * The batches that were dealt with before, and the first that was not: nothing is asked of the source, which the watcher has
 * done already.
 */
export async function ingestNext(context: StageContext, source: SourceDefinition): Promise<IngestOutcome> {
  const identity = identityOf(context, source);
  const waiting = await waitingBatches(context, source);
  const later = new Set(waiting.slice(1));
  const entries = (await listBatches(context, identity)).filter(({ batch }) => !later.has(batch));
  return outcomeOf(context, identity, entries, Math.min(1, waiting.length));
}

/** Numbers of the batches that no run has judged yet, in the order in which they came. */
export async function waitingBatches(
  context: Pick<StageContext, "store" | "definition" | "address">,
  source: SourceDefinition,
): Promise<number[]> {
  const { store, definition } = context;
  const sources = sourcesOf(definition, identityOf(context, source));
  const lists = await Promise.all(
    sources.map((from) => store.batches.list(definition.name, { source: from, state: "received" })),
  );
  const rows = lists.flat().sort((one, other) => one.id - other.id);
  return rows.map(({ id }) => id);
}

/** Takes batches that are not known yet from the source, so many at most, and keeps them as they came. Returns how many. */
export async function pullBatches(
  context: StageContext,
  source: SourceDefinition,
  report: StepReporter,
  most: number,
): Promise<number> {
  const { store, definition } = context;
  const address = context.address(source.url.setting);
  const identity = identityOf(context, source);
  const kept = await store.batches.list(definition.name, { source: identity });
  const known = new Set(kept.map(({ sha256 }) => sha256));
  const cursors = new Set(kept.map(({ cursor }) => cursor));
  let fresh = 0;
  const batches = openSource(source, {
    address: () => address.url,
    signal: context.signal,
    known: (sha256) => known.has(sha256),
    knownCursor: (cursor) => cursors.has(cursor),
    after: await store.batches.lastCursor(definition.name, identity),
    onNote: (text) => report.note(text),
    remote: store.remote,
  });
  for await (const batch of batches) {
    if (await keepBatch(context, identity, batch)) fresh++;
    known.add(batch.sha256);
    report.progress(fresh, null, "batches", batch.name);
    if (fresh >= most) break;
  }
  return fresh;
}

function identityOf({ address }: Pick<StageContext, "address">, source: SourceDefinition): string {
  const { url, identity } = address(source.url.setting);
  return identity ?? sourceIdentity(source, url);
}

export function listEntries({ store }: StageContext, { batches }: IngestOutcome): Promise<RawBatchEntry[]> {
  return readJsonObject<RawBatchEntry[]>(store, batches);
}

async function outcomeOf(
  { store, definition }: StageContext,
  identity: string,
  entries: readonly RawBatchEntry[],
  fresh: number,
): Promise<IngestOutcome> {
  const said = `${entries.length} ${entries.length === 1 ? "batch" : "batches"}`;
  return {
    batches: await writeJsonObject(store, "silver", definition.name, "batches", entries),
    count: entries.length,
    fresh,
    audit: { parameters: { source: identity }, metrics: { batches: entries.length, newBatches: fresh } },
    summary: fresh === entries.length ? said : `${said}, ${fresh} of them new`,
  };
}

/** True when the batch was not known before. The object comes first: a row never names bytes that are not there. */
async function keepBatch(context: StageContext, identity: string, batch: RawBatch): Promise<boolean> {
  const { store, definition, run } = context;
  const object = await store.objects.put(
    "raw",
    { pipeline: definition.name, at: batch.receivedAt, extension: extensionOf(batch) },
    batch.path === undefined ? batch.bytes! : { path: batch.path },
  );
  const { created } = await store.batches.record({
    pipeline: definition.name,
    source: identity,
    identity: batch.identity,
    cursor: batch.cursor,
    name: batch.name,
    format: batch.format ?? "unknown",
    mediaType: batch.mediaType ?? null,
    object,
    receivedAt: batch.receivedAt,
    run,
  });
  return created;
}

/** Where batches of the pipeline come from: its source and, where it says so, what was answered and became known. */
function sourcesOf({ serve }: StageContext["definition"], identity: string): string[] {
  return serve?.backToRaw === true ? [identity, INFERENCE_LOG_SOURCE] : [identity];
}

/** In the order of cursors (numbers as numbers), so that the dataset does not depend on the order of arrival. */
async function listBatches({ store, definition }: StageContext, identity: string): Promise<RawBatchEntry[]> {
  const lists = await Promise.all(
    sourcesOf(definition, identity).map((from) => store.batches.list(definition.name, { source: from })),
  );
  const rows = lists.flat();
  const order = new Intl.Collator("en", { numeric: true });
  return rows
    .map((row) => ({
      batch: row.id,
      sha256: row.sha256,
      object: row.object,
      name: row.name,
      cursor: row.cursor ?? "",
      format: row.format === "unknown" ? null : (row.format as RawBatch["format"]),
      mediaType: row.mediaType,
    }))
    .sort((a, b) => order.compare(a.cursor, b.cursor) || (a.sha256 < b.sha256 ? -1 : 1));
}

function extensionOf(batch: RawBatch): string {
  return /\.([a-z0-9]{1,10}(\.(?:gz|zst))?)$/i.exec(batch.name)?.[1]?.toLowerCase() ?? batch.format ?? "bin";
}

export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
