import { ascendingOrder } from "../order/ascending-order.js";
import { combineHashes, hashShare } from "./stable-hash.js";

/** What rows are divided by: a level's number by row (-1 missing), and the levels. */
export interface Strata {
  readonly numbers: Int32Array;
  readonly levels: readonly string[];
}

/**
 * Parts such that every stratum (level of the column, missing being one) is divided by the same shares. Rows of one hash
 * stay together, in the stratum that most of them are of (ties: the first by name). In each stratum the groups with the
 * lowest hashes are the test part: so a row moves only when its stratum grows and its hash lies next to the limit.
 *
 * Needs some 40 bytes a row.
 */
export function stratifiedParts(
  hashes: Int32Array,
  strata: Strata,
  { test, validation }: { test: number; validation: number },
): Uint8Array {
  const order = ascendingOrder(Float64Array.from(hashes, (hash) => hash >>> 0));
  const rowsByStratum = new Float64Array(strata.levels.length + 1);
  eachGroup(hashes, order, (rows) => {
    rowsByStratum[stratumOf(rows, strata) + 1] += rows.length;
  });
  const parts = new Uint8Array(hashes.length);
  const beforeByStratum = new Float64Array(rowsByStratum.length);
  eachGroup(hashes, order, (rows) => {
    const stratum = stratumOf(rows, strata) + 1;
    const before = beforeByStratum[stratum];
    // A point inside the group decides, drawn by hash and not its middle: a stratum of one group would else always train.
    const share = (before + rows.length * hashShare(combineHashes(hashes[rows[0]], before))) / rowsByStratum[stratum];
    const part = share < test ? 2 : share < test + validation ? 1 : 0;
    for (const row of rows) parts[row] = part;
    beforeByStratum[stratum] += rows.length;
  });
  return parts;
}

/** Rows with equal hashes, by ascending (unsigned) hash. */
function eachGroup(hashes: Int32Array, order: Uint32Array, take: (rows: Uint32Array) => void): void {
  for (let start = 0; start < order.length; ) {
    const hash = hashes[order[start]];
    let end = start + 1;
    while (end < order.length && hashes[order[end]] === hash) end++;
    take(order.subarray(start, end));
    start = end;
  }
}

function stratumOf(rows: Uint32Array, { numbers, levels }: Strata): number {
  if (rows.length === 1) return numbers[rows[0]];
  const countByNumber = new Map<number, number>();
  for (const row of rows) countByNumber.set(numbers[row], (countByNumber.get(numbers[row]) ?? 0) + 1);
  const nameOf = (number: number): string => (number < 0 ? "" : levels[number]);
  let most = numbers[rows[0]];
  let count = 0;
  for (const [number, own] of countByNumber) {
    if (own < count || (own === count && nameOf(number) >= nameOf(most))) continue;
    most = number;
    count = own;
  }
  return most;
}
