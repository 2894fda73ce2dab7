import type { ReplayTable } from "./replay-table.js";

/** Askers that are remembered; beyond, the one that asked first begins anew. */
const MOST_ASKERS = 10_000;

interface Position {
  row: number;
  batch: number;
  /** The body before, for a repetition. */
  last: string | null;
}

export interface Asker {
  readonly group: string;
  readonly day: string;
}

function jsonScalar(text: string): string {
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? text : JSON.stringify(text);
}

/** Which subset of the file each asker (group and day) gets next: file order, a fixed sequence, then nothing more. */
export class BatchSequence {
  readonly #positions = new Map<string, Position>();

  /** @param released how many batches there are so far: those behind them are still to come */
  constructor(
    readonly table: ReplayTable,
    readonly released: () => number = () => Number.POSITIVE_INFINITY,
  ) {}

  reset(): void {
    this.#positions.clear();
  }

  /** The body of the next batch, and the function that counts it as given: one that did not arrive is not. */
  next(asker: Asker, rows: number): { body: string; given: () => void } {
    const position = this.#position(asker);
    const isThere = position.batch <= this.released();
    const to = isThere ? Math.min(position.row + rows, this.table.rowCount) : position.row;
    const body = this.#body(asker, position.batch, position.row, to);
    const given = (): void => {
      if (to === position.row) return;
      position.row = to;
      position.batch++;
      position.last = body;
    };
    return { body, given };
  }

  /** The batch before once more; null when there was none. */
  repeat(asker: Asker): string | null {
    return this.#position(asker).last;
  }

  /** Batch number `batch`, from 1, without moving anybody's position. */
  at(asker: Asker, batch: number, rows: number): string {
    const from = Math.min((batch - 1) * rows, this.table.rowCount);
    const to = batch <= this.released() ? Math.min(from + rows, this.table.rowCount) : from;
    return this.#body(asker, batch, from, to);
  }

  #position({ group, day }: Asker): Position {
    const key = `${group.length}:${group}${day}`;
    let position = this.#positions.get(key);
    if (!position) {
      position = { row: 0, batch: 1, last: null };
      const [oldest] = this.#positions.keys();
      if (this.#positions.size >= MOST_ASKERS && oldest !== undefined) this.#positions.delete(oldest);
      this.#positions.set(key, position);
    }
    return position;
  }

  #body({ group, day }: Asker, batch: number, from: number, to: number): string {
    const head = `{"group_number":${jsonScalar(group)},"day":${JSON.stringify(day)},"batch_number":${batch}`;
    return from === to ? `${head},"data":[],"more":false}` : `${head},"data":[${this.table.rowsAsJson(from, to)}]}`;
  }
}
