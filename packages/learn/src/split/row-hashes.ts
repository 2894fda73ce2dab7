import type { Frame, FrameColumn } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import { combineHashes, hashNumber, hashText } from "./stable-hash.js";

/** Stands for a missing value, which is a value like any other here. */
const MISSING = 0x6d697373;

/** Hash by row of the values in these columns, in this order: equal values give equal hashes, whatever other rows hold. */
export function groupHashes(frame: Frame, columns: readonly string[], seed: number): Int32Array {
  const hashes = new Int32Array(frame.rowCount).fill(seed);
  for (const name of columns) addColumn(hashes, columnOf(frame, name));
  return hashes;
}

/** Two hashes by row, of the whole row: among hundreds of thousands of rows some share 32 bits by chance. */
export interface RowHashes {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Columns are read in the order of their names, so their order in the frame has no meaning. */
export function rowHashes(frame: Frame, seed: number): RowHashes {
  const names = [...frame.columns.keys()].sort();
  return { first: groupHashes(frame, names, seed), second: groupHashes(frame, names, seed ^ 0x5bd1e995) };
}

/**
 * Hash by row of the whole row and of how many equal rows came before it: equal rows may part, and yet no row's hash
 * depends on a different row. Changes `first`. Needs 12 to 20 bytes a row.
 */
export function partEqualRows({ first, second }: RowHashes): Int32Array {
  let capacity = 16;
  while (capacity < 1.5 * first.length) capacity *= 2;
  /** The first row of each key, in an open table; its hash stays as it is. */
  const slots = new Int32Array(capacity).fill(-1);
  const seenByRow = new Uint32Array(first.length);
  for (let row = 0; row < first.length; row++) {
    const [hash, other] = [first[row], second[row] >>> 11];
    let slot = hash & (capacity - 1);
    while (slots[slot] >= 0 && (first[slots[slot]] !== hash || second[slots[slot]] >>> 11 !== other)) {
      slot = (slot + 1) & (capacity - 1);
    }
    const known = slots[slot];
    if (known < 0) slots[slot] = row;
    else first[row] = combineHashes(hash, ++seenByRow[known]);
  }
  return first;
}

function addColumn(hashes: Int32Array, column: FrameColumn): void {
  if (column.kind === "category") {
    const byLevel = Int32Array.from(column.levels, (level) => hashText(level, 0));
    for (let row = 0; row < hashes.length; row++) {
      const code = column.codes[row];
      hashes[row] = combineHashes(hashes[row], code < 0 ? MISSING : byLevel[code]);
    }
    return;
  }
  for (let row = 0; row < hashes.length; row++) {
    const value = column.values[row];
    hashes[row] = combineHashes(hashes[row], Number.isNaN(value) ? MISSING : hashNumber(value, 0));
  }
}
