// Rows of a leaf are consecutive entries of an array of row numbers, ascending. `goesLeft` says by bin which side a row
// takes: 256 bytes of 0 or 1, so that thresholds, missing values and categories are one thing.

/** Stable, in place: left rows first. Returns how many go left. `scratch` has room for `count` rows. */
export function partitionRows(index: usize, count: usize, column: usize, goesLeft: usize, scratch: usize): usize {
  const end = index + (count << 2);
  let left = index;
  let right = scratch;
  // Both are written and one moves: no branch that a random split would mispredict half the time.
  for (let from = index; from < end; from += 4) {
    const row = load<u32>(from);
    const step = (<usize>load<u8>(goesLeft + <usize>load<u8>(column + <usize>row))) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += step;
    right += 4 - step;
  }
  memory.copy(left, scratch, right - scratch);
  return (left - index) >>> 2;
}

/** A part of a parallel partition: left rows to the front of `scratch`, ascending, right rows to its end, descending. */
export function splitRows(index: usize, count: usize, column: usize, goesLeft: usize, scratch: usize): usize {
  const end = index + (count << 2);
  let left = scratch;
  let right = scratch + (count << 2) - 4;
  for (; index < end; index += 4) {
    const row = load<u32>(index);
    const step = (<usize>load<u8>(goesLeft + <usize>load<u8>(column + <usize>row))) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += step;
    right -= 4 - step;
  }
  return (left - scratch) >>> 2;
}

/** Puts what `splitRows` left in `scratch` where it belongs. */
export function joinRows(scratch: usize, count: usize, leftCount: usize, left: usize, right: usize): void {
  memory.copy(left, scratch, leftCount << 2);
  const end = scratch + (leftCount << 2);
  for (let from = scratch + (count << 2) - 4; from >= end && from < scratch + (count << 2); from -= 4) {
    store<u32>(right, load<u32>(from));
    right += 4;
  }
}
