import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, FrameColumn } from "@atalaya/learn";
import type { StoredRows } from "./stored-rows.js";

/** Where a column of a block lies in the file. */
interface StoredColumn {
  readonly name: string;
  readonly kind: FrameColumn["kind"];
  readonly offset: number;
  /** Length of the level texts behind the codes, as JSON; 0 for numbers. */
  readonly levelBytes: number;
}

interface StoredBlock {
  readonly rowCount: number;
  readonly columns: readonly StoredColumn[];
}

/** Files whose owner was lost, as of a run that was cancelled in the middle of a step. */
const forgotten = new FinalizationRegistry<number>((file) => closeSync(file));

/**
 * Blocks of rows in a file of their own, without a name in the folder: it goes with the process, however that ends. Values lie
 * there as in memory, so that reading copies bytes and parses nothing but levels.
 */
export class RowsFile {
  readonly #file: number;
  readonly #blocks: StoredBlock[] = [];
  #end = 0;

  constructor(folder: string = tmpdir()) {
    const own = mkdtempSync(join(folder, "atalaya-rows-"));
    try {
      this.#file = openSync(join(own, "rows"), "wx+", 0o600);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }

  append({ rowCount, columns }: Frame): void {
    const stored = Array.from(columns, ([name, column]): StoredColumn => {
      const offset = this.#end;
      this.#write(column.kind === "category" ? column.codes : column.values);
      if (column.kind !== "category") return { name, kind: column.kind, offset, levelBytes: 0 };
      const levels = Buffer.from(JSON.stringify(column.levels));
      this.#write(levels);
      return { name, kind: column.kind, offset, levelBytes: levels.length };
    });
    this.#blocks.push({ rowCount, columns: stored });
  }

  #write(values: ArrayBufferView): void {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#file, bytes, written, bytes.length - written, this.#end + written);
    }
    this.#end += bytes.length;
  }

  /** What was appended, to be read; nothing can be appended after it. */
  finish(blockRows: number): StoredRows {
    const [file, blocks] = [this.#file, this.#blocks];
    let isOpen = true;
    const rows: StoredRows = {
      rowCount: blocks.reduce((sum, block) => sum + block.rowCount, 0),
      blockRows,
      blockCount: blocks.length,
      read: (block, columns) => {
        // The number of a closed file is soon that of another.
        if (!isOpen) throw new RangeError("these rows were given back");
        return readBlock(file, blocks[block], columns);
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        forgotten.unregister(rows);
        closeSync(file);
      },
    };
    forgotten.register(rows, file, rows);
    return rows;
  }
}

function readBlock(file: number, block: StoredBlock | undefined, columns: readonly string[] | undefined): Frame {
  if (block === undefined) throw new RangeError("there is no such block of rows");
  const wanted = columns === undefined ? null : new Set(columns);
  const read = new Map<string, FrameColumn>();
  for (const { name, kind, offset, levelBytes } of block.columns) {
    if (wanted !== null && !wanted.has(name)) continue;
    if (kind !== "category") {
      const values = new Float64Array(block.rowCount);
      readBytes(file, values, offset);
      read.set(name, { kind, values });
      continue;
    }
    const codes = new Int32Array(block.rowCount);
    readBytes(file, codes, offset);
    const levels = Buffer.alloc(levelBytes);
    readBytes(file, levels, offset + codes.byteLength);
    read.set(name, { kind, codes, levels: JSON.parse(levels.toString("utf8")) as string[] });
  }
  return { rowCount: block.rowCount, columns: read };
}

function readBytes(file: number, target: ArrayBufferView, position: number): void {
  const bytes = Buffer.from(target.buffer, target.byteOffset, target.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, bytes.length - done, position + done);
    if (read === 0) throw new RangeError("the file of rows ends early");
    done += read;
  }
}
