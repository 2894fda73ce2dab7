import type { Table } from "@atalaya/define";
import { type Frame, rowAsObject } from "@atalaya/learn";
import { errors } from "../errors.js";
import type { StoredRows } from "./stored-rows.js";

/** The rows of a dataset as the project's own code sees them; rows are made one by one and never changed. */
export class RowTable<Row> implements Table<Row> {
  /** The block that was read last: rows are mostly asked for in their order. */
  #block = -1;
  #frame: Frame | null = null;

  constructor(
    readonly stored: StoredRows,
    /** Positions in `stored`, in the order of this table. */
    readonly positions: Uint32Array,
  ) {}

  static of(stored: StoredRows): RowTable<never> {
    return new RowTable<never>(
      stored,
      Uint32Array.from({ length: stored.rowCount }, (_, row) => row),
    );
  }

  get rows(): number {
    return this.positions.length;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const position of this.positions) yield this.#row(position);
  }

  filter(keep: (row: Row) => boolean): RowTable<Row> {
    const kept = new Uint32Array(this.positions.length);
    let count = 0;
    for (const position of this.positions) if (keep(this.#row(position))) kept[count++] = position;
    return new RowTable(this.stored, kept.slice(0, count));
  }

  pick(positions: Iterable<number>): RowTable<Row> {
    return new RowTable(
      this.stored,
      Uint32Array.from(positions, (position) => {
        const row = this.positions[position];
        if (row === undefined) throw errors.ROWS_INVENTED({ step: `pick(${position})` });
        return row;
      }),
    );
  }

  #row(position: number): Row {
    const block = Math.floor(position / this.stored.blockRows);
    if (this.#frame === null || block !== this.#block) {
      this.#frame = this.stored.read(block);
      this.#block = block;
    }
    // The one place where a row's type is claimed: the contract has given every column the type that `Row` says.
    return rowAsObject(this.#frame, position - block * this.stored.blockRows) as Row;
  }
}

/** Positions that the project's own code kept. @throws RUN_ROWS_INVENTED when the table is not made of the one it got */
export function keptPositions(step: string, given: RowTable<never>, returned: unknown): Uint32Array {
  if (!(returned instanceof RowTable) || returned.stored !== given.stored) throw errors.ROWS_INVENTED({ step });
  return returned.positions;
}
