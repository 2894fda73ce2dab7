import type { Table } from "@atalaya/define";
import { type Frame, rowAsObject } from "@atalaya/learn";
import { errors } from "../errors.js";

/** The rows of a frame as the project's own code sees them; rows are made one by one and never changed. */
export class RowTable<Row> implements Table<Row> {
  constructor(
    readonly frame: Frame,
    /** Positions in `frame`, in the order of this table. */
    readonly positions: Uint32Array,
  ) {}

  static of(frame: Frame): RowTable<never> {
    return new RowTable<never>(
      frame,
      Uint32Array.from({ length: frame.rowCount }, (_, row) => row),
    );
  }

  get rows(): number {
    return this.positions.length;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const position of this.positions) yield this.#row(position);
  }

  filter(keep: (row: Row) => boolean): RowTable<Row> {
    return new RowTable(
      this.frame,
      this.positions.filter((position) => keep(this.#row(position))),
    );
  }

  pick(positions: Iterable<number>): RowTable<Row> {
    return new RowTable(
      this.frame,
      Uint32Array.from(positions, (position) => {
        const row = this.positions[position];
        if (row === undefined) throw errors.ROWS_INVENTED({ step: `pick(${position})` });
        return row;
      }),
    );
  }

  #row(position: number): Row {
    // The one place where a row's type is claimed: the contract has given every column the type that `Row` says.
    return rowAsObject(this.frame, position) as Row;
  }
}

/** Positions that the project's own code kept. @throws RUN_ROWS_INVENTED when the table is not made of the one it got */
export function keptPositions(step: string, given: RowTable<never>, returned: unknown): Uint32Array {
  if (!(returned instanceof RowTable) || returned.frame !== given.frame) throw errors.ROWS_INVENTED({ step });
  return returned.positions;
}
