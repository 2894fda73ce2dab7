import { compactLevels, concatenateFrames, type Frame, type FrameColumn } from "@atalaya/learn";
import { RowsFile } from "./rows-file.js";
import { BLOCK_ROWS, MemoryRows, type StoredRows } from "./stored-rows.js";

/** Bytes of values up to which rows stay in memory: a million rows of 8 columns. */
const MEMORY_BYTES = 64 * 1024 * 1024;

export interface RowsWriterOptions {
  readonly blockRows?: number;
  readonly memoryBytes?: number;
  /** Where a file is made; absent: the folder for temporary files. */
  readonly folder?: string;
}

/** Takes frames of any size and keeps them as blocks: in memory while they are few, in a file from then on. */
export class RowsWriter {
  readonly #blockRows: number;
  readonly #memoryBytes: number;
  readonly #folder: string | undefined;
  /** Rows that do not fill a block yet. */
  #waiting: Frame[] = [];
  #waitingRows = 0;
  #blocks: Frame[] = [];
  #bytes = 0;
  #file: RowsFile | null = null;

  constructor({ blockRows = BLOCK_ROWS, memoryBytes = MEMORY_BYTES, folder }: RowsWriterOptions = {}) {
    this.#blockRows = blockRows;
    this.#memoryBytes = memoryBytes;
    this.#folder = folder;
  }

  /** The next rows; every frame has the same columns, its dictionaries are its own. */
  append(frame: Frame): void {
    for (let begin = 0; begin < frame.rowCount; ) {
      const end = Math.min(frame.rowCount, begin + this.#blockRows - this.#waitingRows);
      this.#waiting.push(sliceFrame(frame, begin, end));
      this.#waitingRows += end - begin;
      begin = end;
      if (this.#waitingRows === this.#blockRows) this.#closeBlock();
    }
  }

  #closeBlock(): void {
    const joined = concatenateFrames(this.#waiting);
    this.#waiting = [];
    this.#waitingRows = 0;
    const columns = Array.from(joined.columns, ([name, column]) => [name, withOwnLevels(column)] as const);
    const block: Frame = { rowCount: joined.rowCount, columns: new Map(columns) };
    for (const [, column] of columns) this.#bytes += bytesOf(column);
    if (this.#file === null && this.#bytes > this.#memoryBytes) {
      this.#file = new RowsFile(this.#folder);
      for (const before of this.#blocks) this.#file.append(before);
      this.#blocks = [];
    }
    if (this.#file === null) this.#blocks.push(block);
    else this.#file.append(block);
  }

  finish(): StoredRows {
    if (this.#waitingRows > 0) this.#closeBlock();
    const rows = this.#file?.finish(this.#blockRows) ?? new MemoryRows(this.#blocks, this.#blockRows);
    this.#blocks = [];
    return rows;
  }
}

function withOwnLevels(column: FrameColumn): FrameColumn {
  return column.kind === "category" ? compactLevels(column) : column;
}

function bytesOf(column: FrameColumn): number {
  return column.kind === "category" ? column.codes.byteLength : column.values.byteLength;
}

function sliceFrame(frame: Frame, begin: number, end: number): Frame {
  if (begin === 0 && end === frame.rowCount) return frame;
  const columns = Array.from(frame.columns, ([name, column]): [string, FrameColumn] => {
    if (column.kind !== "category") return [name, { kind: column.kind, values: column.values.slice(begin, end) }];
    return [name, { ...column, codes: column.codes.slice(begin, end) }];
  });
  return { rowCount: end - begin, columns: new Map(columns) };
}
