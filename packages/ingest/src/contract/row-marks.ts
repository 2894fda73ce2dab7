import { MOST_VALUE } from "../formats/format.js";

export interface RowProblem {
  readonly column: string | null;
  readonly reason: string;
  readonly value: string | null;
}

/** Which records of the current block are rejected, and why: the first problem of a record counts. */
export class RowMarks {
  recordCount = 0;
  isRejected = new Uint8Array(0);
  readonly problems = new Map<number, RowProblem>();

  reset(recordCount: number): void {
    this.recordCount = recordCount;
    if (this.isRejected.length < recordCount) this.isRejected = new Uint8Array(recordCount);
    else this.isRejected.fill(0);
    this.problems.clear();
  }

  reject(record: number, column: string | null, reason: string, value: string | null): void {
    if (this.isRejected[record] === 1) return;
    this.isRejected[record] = 1;
    this.problems.set(record, { column, reason, value: value === null ? null : value.slice(0, MOST_VALUE) });
  }
}
