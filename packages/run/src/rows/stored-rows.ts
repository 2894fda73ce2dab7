import { setImmediate } from "node:timers/promises";
import type { Frame } from "@atalaya/learn";

/** Rows of a block, of which some are in memory at a time: 12 columns of it are 6 MB. */
export const BLOCK_ROWS = 65_536;
const LEAST_BLOCK_ROWS = 1_024;
const BLOCK_CELLS = 4_000_000;

/** Rows of a block of so many columns: of wide tables it has fewer. */
export function blockRowsOf(columns: number): number {
  return Math.min(BLOCK_ROWS, Math.max(LEAST_BLOCK_ROWS, Math.floor(BLOCK_CELLS / Math.max(1, columns))));
}

/**
 * Rows that need not fit into memory: blocks of equally many rows (the last one has fewer), each a frame whose dictionaries
 * hold the levels of its own rows, in the order of their first. Immutable.
 */
export interface StoredRows {
  readonly rowCount: number;
  readonly blockRows: number;
  readonly blockCount: number;
  /**
   * The rows of a block, or some of their columns. Synchronous, for the project's own code walks over rows without waiting;
   * a block of a file takes some milliseconds.
   */
  read(block: number, columns?: readonly string[]): Frame;
  /** Gives the memory or the file back; nothing can be read after it. */
  close(): void;
}

/** Rows that follow each other, and the position of the first. */
export interface RowBlock {
  readonly frame: Frame;
  readonly firstRow: number;
}

/** All blocks in their order. The process does other work between them. */
export async function* blocksOf(rows: StoredRows, columns?: readonly string[]): AsyncGenerator<RowBlock> {
  for (let block = 0; block < rows.blockCount; block++) {
    if (block > 0) await setImmediate();
    yield { frame: rows.read(block, columns), firstRow: block * rows.blockRows };
  }
}

/** Some columns of a frame; those that it lacks are left out. */
function onlyColumns(frame: Frame, columns: readonly string[] | undefined): Frame {
  if (columns === undefined) return frame;
  const wanted = new Set(columns);
  return { rowCount: frame.rowCount, columns: new Map([...frame.columns].filter(([name]) => wanted.has(name))) };
}

/** Few rows, as the frames that they are. */
export class MemoryRows implements StoredRows {
  readonly rowCount: number;
  readonly blockCount: number;
  #blocks: readonly Frame[];

  constructor(
    blocks: readonly Frame[],
    readonly blockRows: number,
  ) {
    this.#blocks = blocks;
    this.blockCount = blocks.length;
    this.rowCount = blocks.reduce((sum, block) => sum + block.rowCount, 0);
  }

  read(block: number, columns?: readonly string[]): Frame {
    const frame = this.#blocks[block];
    if (frame === undefined) throw new RangeError(`there is no block ${block} of ${this.#blocks.length}`);
    return onlyColumns(frame, columns);
  }

  close(): void {
    this.#blocks = [];
  }
}
