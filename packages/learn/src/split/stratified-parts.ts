import type { CategoryColumn } from "../frame/frame.js";
import { combineHashes, hashShare } from "./stable-hash.js";

interface Group {
  readonly hash: number;
  readonly rows: Uint32Array;
}

/**
 * Parts such that every stratum (level of the column, missing being one) is divided by the same shares. Rows of one hash
 * stay together, in the stratum that most of them are of (ties: the first by name). In each stratum the groups with the
 * lowest hashes are the test part: so a row moves only when its stratum grows and its hash lies next to the limit.
 */
export function stratifiedParts(
  hashes: Int32Array,
  column: CategoryColumn,
  { test, validation }: { test: number; validation: number },
): Uint8Array {
  const parts = new Uint8Array(hashes.length);
  for (const groups of groupsByStratum(hashes, column).values()) {
    const rowCount = groups.reduce((sum, group) => sum + group.rows.length, 0);
    let before = 0;
    for (const { hash, rows } of groups) {
      // A point inside the group decides, drawn by hash and not its middle: a stratum of one group would else always train.
      const share = (before + rows.length * hashShare(combineHashes(hash, before))) / rowCount;
      const part = share < test ? 2 : share < test + validation ? 1 : 0;
      for (const row of rows) parts[row] = part;
      before += rows.length;
    }
  }
  return parts;
}

/** Groups of each stratum by ascending (unsigned) hash. */
function groupsByStratum(hashes: Int32Array, column: CategoryColumn): Map<string | null, Group[]> {
  const order = Uint32Array.from(hashes, (_, row) => row).sort((a, b) => (hashes[a] >>> 0) - (hashes[b] >>> 0) || a - b);
  const strata = new Map<string | null, Group[]>();
  for (let start = 0; start < order.length; ) {
    const hash = hashes[order[start]];
    let end = start + 1;
    while (end < order.length && hashes[order[end]] === hash) end++;
    const rows = order.subarray(start, end);
    const stratum = stratumOf(rows, column);
    const groups = strata.get(stratum);
    if (groups === undefined) strata.set(stratum, [{ hash, rows }]);
    else groups.push({ hash, rows });
    start = end;
  }
  return strata;
}

function stratumOf(rows: Uint32Array, column: CategoryColumn): string | null {
  const countByLevel = new Map<string | null, number>();
  for (const row of rows) {
    const code = column.codes[row];
    const level = code < 0 ? null : column.levels[code];
    countByLevel.set(level, (countByLevel.get(level) ?? 0) + 1);
  }
  const [[most]] = [...countByLevel].sort(([a, countA], [b, countB]) => countB - countA || ((a ?? "") < (b ?? "") ? -1 : 1));
  return most;
}
