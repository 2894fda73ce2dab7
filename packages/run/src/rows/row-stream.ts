import { setImmediate } from "node:timers/promises";
import { type Frame, selectRows } from "@atalaya/learn";
import { GatheredColumn } from "./gathered-column.js";
import type { RowBlock, StoredRows } from "./stored-rows.js";

/** Some of stored rows in their order, read block by block: the training part of a dataset, for instance. */
export class RowStream {
  /**
   * @param positions  ascending, each once; null: all rows
   */
  constructor(
    readonly rows: StoredRows,
    readonly positions: Uint32Array | null = null,
  ) {}

  get rowCount(): number {
    return this.positions?.length ?? this.rows.rowCount;
  }

  /** Frames with the rows, and where each begins among the rows of this stream. The process does other work between them. */
  async *blocks(columns?: readonly string[]): AsyncGenerator<RowBlock> {
    const { rows, positions } = this;
    for (let block = 0, firstRow = 0; block < rows.blockCount && firstRow < this.rowCount; block++) {
      const begin = block * rows.blockRows;
      const end = Math.min(rows.rowCount, begin + rows.blockRows);
      const last = positions === null ? end : firstAtOrAbove(positions, end, firstRow);
      if (last === firstRow) continue;
      if (firstRow > 0) await setImmediate();
      const frame = rows.read(block, columns);
      const own = positions?.subarray(firstRow, last).map((position) => position - begin);
      yield { frame: own === undefined ? frame : selectRows(frame, own), firstRow };
      firstRow = last;
    }
  }

  /** All of the rows as one frame: for few rows, or few columns. */
  async gather(columns?: readonly string[]): Promise<Frame> {
    const { rowCount } = this;
    if (rowCount === 0)
      return this.rows.blockCount === 0 ? { rowCount, columns: new Map() } : selectRows(this.rows.read(0, columns), []);
    const gathered = new Map<string, GatheredColumn>();
    for await (const { frame, firstRow } of this.blocks(columns)) {
      // A block that is all of them is taken as it is.
      if (frame.rowCount === rowCount) return frame;
      for (const [name, column] of frame.columns) {
        const own = gathered.get(name) ?? new GatheredColumn(column.kind, rowCount);
        gathered.set(name, own);
        own.add(column, firstRow);
      }
    }
    return { rowCount, columns: new Map(Array.from(gathered, ([name, own]) => [name, own.build()])) };
  }

  /** The rows at these positions of this stream, ascending. */
  at(positions: Uint32Array): RowStream {
    const { positions: own } = this;
    return new RowStream(this.rows, own === null ? positions : positions.map((position) => own[position]!));
  }

  /** The first rows. */
  first(most: number): RowStream {
    return most >= this.rowCount ? this : this.at(Uint32Array.from({ length: most }, (_, row) => row));
  }

  /** This many rows at most, as `sampledRows` names them. */
  sample(most: number): RowStream {
    const positions = sampledRows(this.rowCount, most);
    return positions === null ? this : this.at(positions);
  }
}

/** Positions of so many rows, evenly spread: the same ones at every time. null: there are no more, and all are taken. */
export function sampledRows(rowCount: number, most: number): Uint32Array | null {
  if (rowCount <= most) return null;
  return Uint32Array.from({ length: most }, (_, place) => Math.floor((place * rowCount) / most));
}

/** Place of the first position that is not below a limit. */
function firstAtOrAbove(positions: Uint32Array, limit: number, from: number): number {
  let [low, high] = [from, positions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
