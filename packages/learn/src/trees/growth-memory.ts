import type { BinnedTable } from "../binning/binned-table.js";
import type { Arena } from "../kernels/arena.js";
import {
  CANDIDATE_BYTES,
  COUNTS_BYTES,
  FEATURE_BYTES,
  KIND_BYTES,
  kindAt,
  LEAF_BYTES,
  RULES_BYTES,
  SCAN_BYTES,
  STAGED_ROWS,
  TABLE_BYTES,
} from "../kernels/layout.js";
import { MOST_CHUNKS } from "./team.js";

/** Memory for histograms; beyond it leaves give up theirs and are added up again when they are split. */
const POOL_BYTES = 192 * 1024 * 1024;
const FEWEST_SLOTS = 4;

/** Histograms that are kept at a time. */
export function slotsOf(histogramBytes: number, leaves: number): number {
  return Math.max(FEWEST_SLOTS, Math.min(leaves, Math.floor(POOL_BYTES / histogramBytes)));
}

/** Bytes that growing needs beside bins, scores and packed gradients. */
export function growthBytes(rows: number, features: number, leaves: number, threads: number, cells = 1): number {
  const histogram = features * FEATURE_BYTES * cells;
  return 8 * rows + (slotsOf(histogram, leaves) + threads) * histogram + features * 2 * (CANDIDATE_BYTES + KIND_BYTES);
}

/** Addresses of what growing trees needs, all allocated once. */
export class GrowthMemory {
  /** u32 by place: row numbers, those of the tree first, then the followers. */
  readonly index: number;
  readonly scratch: number;
  readonly histogramBytes: number;
  readonly slotCount: number;
  readonly pool: number;
  readonly privates: number;
  readonly stage: number;
  readonly stageBytes: number;
  readonly scanScratch: number;
  readonly candidates: readonly [number, number];
  readonly leaves: readonly [number, number];
  readonly kinds: readonly [number, number];
  readonly rules: number;
  readonly goesLeft: number;
  readonly counts: number;
  readonly chunkCounts: number;
  /** Address of the rows, their number, and the value to be added to their scores: 16 bytes an entry. */
  readonly additions: number;
  readonly arena: Arena;

  /** @param cells  of a bin: 1, or the number of classes */
  constructor(table: BinnedTable, leaves: number, threads: number, cells = 1) {
    const { arena, featureCount } = table;
    this.arena = arena;
    this.histogramBytes = featureCount * FEATURE_BYTES * cells;
    this.slotCount = slotsOf(this.histogramBytes, leaves);
    this.index = arena.allocate(4 * table.rowCount);
    this.scratch = arena.allocate(4 * table.rowCount + 4);
    this.pool = arena.allocate(this.slotCount * this.histogramBytes);
    this.privates = arena.allocate(Math.max(0, threads - 1) * this.histogramBytes);
    this.stageBytes = STAGED_ROWS * (8 + Math.ceil(table.stride / 16) * 16);
    this.stage = arena.allocate(threads * this.stageBytes);
    this.scanScratch = arena.allocate(threads * SCAN_BYTES);
    const pair = (bytes: number): readonly [number, number] => [arena.allocate(bytes), arena.allocate(bytes)];
    this.candidates = pair(featureCount * CANDIDATE_BYTES);
    this.leaves = pair(LEAF_BYTES);
    this.kinds = pair(featureCount * KIND_BYTES);
    this.rules = arena.allocate(RULES_BYTES);
    this.goesLeft = arena.allocate(TABLE_BYTES);
    this.counts = arena.allocate(COUNTS_BYTES);
    this.chunkCounts = arena.allocate(4 * MOST_CHUNKS);
    this.additions = arena.allocate(16 * MOST_CHUNKS);
    arena.bytes(this.scanScratch, threads * SCAN_BYTES).fill(0);
  }

  /** Writes the kinds of all features, all used. */
  writeKinds(table: BinnedTable, monotone: Int8Array | null): void {
    for (const address of this.kinds) {
      const ints = this.arena.ints(address, (table.featureCount * KIND_BYTES) / 4);
      for (let feature = 0; feature < table.featureCount; feature++) {
        const { valueBins, category } = table.features[feature];
        const at = (feature * KIND_BYTES) / 4;
        ints[at + kindAt.valueBins / 4] = valueBins;
        ints[at + kindAt.isCategory / 4] = category === null ? 0 : 1;
        ints[at + kindAt.monotone / 4] = monotone === null ? 0 : monotone[feature];
        ints[at + kindAt.isUsed / 4] = 1;
      }
    }
  }
}
