/**
 * Orders `rows[begin … end)` so that the rows that go left come first, each side in its old order; returns where the
 * right side begins. `goesLeft` says it by bin.
 */
export function partitionRows(
  words: Int32Array,
  at: number,
  shift: number,
  goesLeft: Uint8Array,
  rows: Int32Array,
  begin: number,
  end: number,
  scratch: Int32Array,
): number {
  let left = begin;
  let right = 0;
  for (let position = begin; position < end; position++) {
    const row = rows[position];
    const isLeft = goesLeft[(words[at + row] >>> shift) & 255];
    // Both are written and one index moves: no branch that a random split would mispredict half the time.
    rows[left] = row;
    scratch[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  for (let position = 0; position < right; position++) rows[left + position] = scratch[position];
  return left;
}
