import { join } from "node:path";
import type { PipelineDefinition } from "@atalaya/define";
import { type BatchFacts, type BatchInput, type BatchPart, readBatchParts } from "@atalaya/ingest";
import type { Frame, FrameColumn } from "@atalaya/learn";
import type { QuarantinedRow } from "@atalaya/store";
import { BatchProfiler } from "../artifacts/batch-profile.js";
import { RowSpool } from "../artifacts/row-spool.js";
import { partRowsOf, SilverFiles } from "../artifacts/silver.js";

/** A batch that was judged, its rows in files: memory holds one part of them at a time. */
export interface BatchInParts extends BatchFacts {
  readonly accepted: number;
  /** Parquet files with the accepted rows, none of them empty. */
  readonly files: readonly string[];
  /** Lines of the accepted rows, file by file. */
  readonly lines: readonly Uint32Array[];
  readonly rejected: RowSpool;
  readonly profiler: BatchProfiler;
  /** One row with the newest moment of each time column; no row where none was accepted. */
  readonly newest: Frame;
}

/**
 * Reads a batch by the contract of its pipeline.
 *
 * @param folder  takes the files; whoever gives it removes it
 * @throws what `readBatch` throws
 */
export async function readInParts(
  input: BatchInput,
  { dataset, checks }: Pick<PipelineDefinition, "dataset" | "checks">,
  folder: string,
  rowsAtOnce: number = partRowsOf(dataset.columns.length),
): Promise<BatchInParts> {
  const silver = new SilverFiles(folder);
  const lines: Uint32Array[] = [];
  const rejected = new RowSpool(join(folder, "rejected.jsonl"));
  const profiler = new BatchProfiler(dataset.columns);
  const newest = new Map<string, number>();
  let accepted = 0;
  const onPart = async (part: BatchPart): Promise<void> => {
    await rejected.add(part.rejected);
    profiler.add(part.accepted);
    rememberNewest(newest, part.accepted);
    if (part.lines.length === 0) return;
    accepted += part.lines.length;
    await silver.add(part.accepted, part.lines);
    lines.push(part.lines);
  };
  let facts: BatchFacts;
  try {
    facts = await readBatchParts(input, dataset.columns, checks, { rowsAtOnce, onPart });
  } catch (error) {
    // The folder must not go while it is written to.
    await silver.abandon();
    throw error;
  }
  await silver.finish();
  return { ...facts, accepted, files: silver.files, lines, rejected, profiler, newest: asRow(newest, accepted) };
}

function rememberNewest(newest: Map<string, number>, { columns }: Frame): void {
  for (const [name, column] of columns) {
    if (column.kind !== "time") continue;
    let latest = newest.get(name) ?? Number.NaN;
    for (const time of column.values) if (!(time <= latest) && !Number.isNaN(time)) latest = time;
    newest.set(name, latest);
  }
}

function asRow(newest: ReadonlyMap<string, number>, accepted: number): Frame {
  const rowCount = Math.min(1, accepted);
  const columns = Array.from(newest, ([name, time]): [string, FrameColumn] => [
    name,
    { kind: "time", values: Float64Array.from({ length: rowCount }, () => time) },
  ]);
  return { rowCount, columns: new Map(columns) };
}

/** Bad rows with their own reasons; of a batch that is refused whole, the good ones too. */
export async function* quarantinedRows(
  { rejected, lines }: Pick<BatchInParts, "rejected" | "lines">,
  refusedBecause: string | null,
): AsyncGenerator<QuarantinedRow> {
  yield* rejected;
  if (refusedBecause === null) return;
  for (const part of lines) {
    for (const line of part) yield { line, column: null, reason: refusedBecause, text: null };
  }
}
