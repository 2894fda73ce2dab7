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

/**
 * Hash by row of the whole row and of how many equal rows came before it: equal rows may part, and yet no row's hash
 * depends on a different row. Columns are read in the order of their names, so their order in the frame has no meaning.
 */
export function rowHashes(frame: Frame, seed: number): Int32Array {
  const names = [...frame.columns.keys()].sort();
  const hashes = groupHashes(frame, names, seed);
  // A second hash: among hundreds of thousands of rows some share 32 bits by chance.
  const second = groupHashes(frame, names, seed ^ 0x5bd1e995);
  const seenByKey = new Map<number, number>();
  for (let row = 0; row < hashes.length; row++) {
    const key = (hashes[row] >>> 0) * 0x20_0000 + (second[row] >>> 11);
    const seen = seenByKey.get(key) ?? 0;
    seenByKey.set(key, seen + 1);
    if (seen > 0) hashes[row] = combineHashes(hashes[row], seen);
  }
  return hashes;
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
