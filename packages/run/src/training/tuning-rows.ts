import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import { crossValidationFolds, type Fold, type Frame, PartAssigner } from "@atalaya/learn";
import { RowStream, sampledRows } from "../rows/row-stream.js";
import type { StoredRows } from "../rows/stored-rows.js";
import { columnsOfFolds, foldsBy, rowsOfPart, TRAIN, tuningSplit, VALIDATION } from "./parts.js";
import { mostRowsInMemory, sampleNote } from "./row-limits.js";
import { inputNames } from "./stream-features.js";

/** Rows that trials are fitted and judged on. */
export interface TuningRows {
  /** What features read, and the target. */
  readonly frame: Frame;
  /** Each trial is fitted and judged once for each: positions in the frame. One, or those of cross-validation. */
  readonly folds: readonly Fold[];
}

/** Positions of the rows that trials see: of each part all, or the same share of each where they are too many. */
function tuningPositions(definition: PipelineDefinition, parts: Uint8Array): { chosen: Uint32Array; of: number } {
  const { folds } = definition.train;
  const own = folds === undefined ? [rowsOfPart(parts, TRAIN), rowsOfPart(parts, VALIDATION)] : [rowsOfPart(parts, TRAIN)];
  const of = own.reduce((sum, rows) => sum + rows.length, 0);
  // Each fold has a matrix of its own.
  const most = mostRowsInMemory(toFeaturePlan(definition).features.length) / (folds ?? 1);
  const share = Math.min(1, most / Math.max(1, of));
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

/**
 * The rows that trials see, in memory; the test part is not read. Where the split has no validation part, one is cut out of the
 * training rows by the same rule; with cross-validation those are divided into folds by it.
 */
export async function loadTuningRows(definition: PipelineDefinition, stored: StoredRows, parts: Uint8Array): Promise<TuningRows> {
  const { chosen } = tuningPositions(definition, parts);
  const rows = new RowStream(stored, chosen);
  const { target } = definition.features;
  const names = [...inputNames(toFeaturePlan(definition)), ...(target === null ? [] : [target])];
  const { folds, seed } = definition.train;
  if (folds !== undefined) {
    const plan = foldsBy(definition.split, folds, seed);
    const frame = await rows.gather([...new Set([...names, ...columnsOfFolds(plan)])]);
    return { frame, folds: crossValidationFolds(plan, frame) };
  }
  const own = Uint8Array.from(chosen, (position) => parts[position]!);
  const tuningParts = own.includes(VALIDATION) ? own : await cutValidation(definition, rows);
  const fold = { train: rowsOfPart(tuningParts, TRAIN), test: rowsOfPart(tuningParts, VALIDATION) };
  return { frame: await rows.gather(names), folds: [fold] };
}

async function cutValidation({ split, train }: PipelineDefinition, rows: RowStream): Promise<Uint8Array> {
  const assigner = new PartAssigner(tuningSplit(split, train.seed), rows.rowCount);
  for await (const { frame } of rows.blocks()) assigner.add(frame);
  return assigner.finish().map((part) => (part === TRAIN ? TRAIN : VALIDATION));
}

/** For reports: that trials saw a sample; null: they saw every row. */
export function tuningNote(definition: PipelineDefinition, parts: Uint8Array): string | null {
  const { chosen, of } = tuningPositions(definition, parts);
  return sampleNote("tuned on", chosen.length, of);
}
