import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import type { Frame } from "@atalaya/learn";
import { RowStream, sampledRows } from "../rows/row-stream.js";
import type { StoredRows } from "../rows/stored-rows.js";
import { rowsOfPart, TRAIN, VALIDATION } from "./parts.js";
import { mostRowsInMemory, sampleNote } from "./row-limits.js";

/** Rows that trials are fitted and judged on, with the part of each. */
export interface TuningRows {
  readonly frame: Frame;
  readonly parts: Uint8Array;
}

/** Positions of the rows that trials see: of each part all, or the same share of each where they are too many. */
function tuningPositions(definition: PipelineDefinition, parts: Uint8Array): { chosen: Uint32Array; of: number } {
  const own = [rowsOfPart(parts, TRAIN), rowsOfPart(parts, VALIDATION)];
  const of = own.reduce((sum, rows) => sum + rows.length, 0);
  const share = Math.min(1, mostRowsInMemory(toFeaturePlan(definition).features.length) / Math.max(1, of));
  const kept = own.map((rows) => {
    const places = sampledRows(rows.length, Math.floor(share * rows.length));
    return places === null ? rows : places.map((place) => rows[place]!);
  });
  const chosen = new Uint32Array(kept.reduce((sum, rows) => sum + rows.length, 0));
  let next = 0;
  for (const rows of kept) {
    chosen.set(rows, next);
    next += rows.length;
  }
  return { chosen: chosen.sort(), of };
}

/** The rows of training and validation part in memory; the test part is not read. */
export async function loadTuningRows(definition: PipelineDefinition, stored: StoredRows, parts: Uint8Array): Promise<TuningRows> {
  const { chosen } = tuningPositions(definition, parts);
  const frame = await new RowStream(stored, chosen).gather();
  return { frame, parts: Uint8Array.from(chosen, (position) => parts[position]!) };
}

/** For reports: that trials saw a sample; null: they saw every row. */
export function tuningNote(definition: PipelineDefinition, parts: Uint8Array): string | null {
  const { chosen, of } = tuningPositions(definition, parts);
  return sampleNote("tuned on", chosen.length, of);
}
