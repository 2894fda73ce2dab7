// A histogram holds 256 cells of 8 bytes a feature. A cell is the sum of packed gradients (see gradients.ts): one integer
// addition a row and feature, exact and independent of the order of rows.

const FEATURE_BYTES: usize = 2048;
const STAGED_ROWS: usize = 32;
const RANGE_ROWS: usize = 128;

export function clear(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

/**
 * Adds rows that lie behind each other. The innermost loops run over rows and are straight-line, with literal offsets:
 * V8 checks its stack in every iteration of every loop.
 */
function addBlock(bins: usize, stride: usize, features: i32, packed: usize, stop: usize, histogram: usize): void {
  let left = features;
  for (; left >= 8; left -= 8) {
    let row = bins;
    for (let at = packed; at < stop; at += 8) {
      const value = load<i64>(at);
      let cell = histogram + ((<usize>load<u8>(row, 0)) << 3);
      store<i64>(cell, load<i64>(cell) + value);
      cell = histogram + ((<usize>load<u8>(row, 1)) << 3);
      store<i64>(cell, load<i64>(cell, 2048) + value, 2048);
      cell = histogram + ((<usize>load<u8>(row, 2)) << 3);
      store<i64>(cell, load<i64>(cell, 4096) + value, 4096);
      cell = histogram + ((<usize>load<u8>(row, 3)) << 3);
      store<i64>(cell, load<i64>(cell, 6144) + value, 6144);
      cell = histogram + ((<usize>load<u8>(row, 4)) << 3);
      store<i64>(cell, load<i64>(cell, 8192) + value, 8192);
      cell = histogram + ((<usize>load<u8>(row, 5)) << 3);
      store<i64>(cell, load<i64>(cell, 10240) + value, 10240);
      cell = histogram + ((<usize>load<u8>(row, 6)) << 3);
      store<i64>(cell, load<i64>(cell, 12288) + value, 12288);
      cell = histogram + ((<usize>load<u8>(row, 7)) << 3);
      store<i64>(cell, load<i64>(cell, 14336) + value, 14336);
      row += stride;
    }
    bins += 8;
    histogram += 8 * FEATURE_BYTES;
  }
  for (; left >= 4; left -= 4) {
    let row = bins;
    for (let at = packed; at < stop; at += 8) {
      const value = load<i64>(at);
      let cell = histogram + ((<usize>load<u8>(row, 0)) << 3);
      store<i64>(cell, load<i64>(cell) + value);
      cell = histogram + ((<usize>load<u8>(row, 1)) << 3);
      store<i64>(cell, load<i64>(cell, 2048) + value, 2048);
      cell = histogram + ((<usize>load<u8>(row, 2)) << 3);
      store<i64>(cell, load<i64>(cell, 4096) + value, 4096);
      cell = histogram + ((<usize>load<u8>(row, 3)) << 3);
      store<i64>(cell, load<i64>(cell, 6144) + value, 6144);
      row += stride;
    }
    bins += 4;
    histogram += 4 * FEATURE_BYTES;
  }
  for (; left > 0; left--) {
    let row = bins;
    for (let at = packed; at < stop; at += 8) {
      const cell = histogram + ((<usize>load<u8>(row)) << 3);
      store<i64>(cell, load<i64>(cell) + load<i64>(at));
      row += stride;
    }
    bins += 1;
    histogram += FEATURE_BYTES;
  }
}

/** Adds `count` consecutive rows from `first`, in blocks that stay in the first-level cache. */
export function histogramOfRange(
  bins: usize,
  stride: usize,
  features: i32,
  first: usize,
  count: usize,
  packed: usize,
  histogram: usize,
): void {
  const end = first + count;
  for (let row = first; row < end; row += RANGE_ROWS) {
    const stop = min<usize>(row + RANGE_ROWS, end);
    addBlock(bins + row * stride, stride, features, packed + (row << 3), packed + (stop << 3), histogram);
  }
}

/**
 * Adds the rows whose numbers stand in `index[0 … count)`. They are scattered, and WebAssembly has no prefetch: blocks of
 * rows are gathered first, so that their cache misses overlap.
 *
 * @param stage  scratch: 32 packed gradients, then 32 rows of `stride` bytes rounded up to 16
 */
export function histogramOfRows(
  bins: usize,
  stride: usize,
  features: i32,
  index: usize,
  count: usize,
  packed: usize,
  histogram: usize,
  stage: usize,
): void {
  const end = index + (count << 2);
  const stagedBins = stage + (STAGED_ROWS << 3);
  const stagedStride = (stride + 15) & ~15;
  while (index < end) {
    const stop = min<usize>(index + (STAGED_ROWS << 2), end);
    let to = stagedBins;
    let packedTo = stage;
    if (stagedStride === 16) {
      for (; index < stop; index += 4) {
        const row = <usize>load<u32>(index);
        v128.store(to, v128.load(bins + row * stride));
        store<i64>(packedTo, load<i64>(packed + (row << 3)));
        to += 16;
        packedTo += 8;
      }
    } else if (stagedStride === 32) {
      for (; index < stop; index += 4) {
        const row = <usize>load<u32>(index);
        const from = bins + row * stride;
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        store<i64>(packedTo, load<i64>(packed + (row << 3)));
        to += 32;
        packedTo += 8;
      }
    } else {
      for (; index < stop; index += 4) {
        const row = <usize>load<u32>(index);
        const from = bins + row * stride;
        for (let byte: usize = 0; byte < stagedStride; byte += 16) v128.store(to + byte, v128.load(from + byte));
        store<i64>(packedTo, load<i64>(packed + (row << 3)));
        to += stagedStride;
        packedTo += 8;
      }
    }
    addBlock(stagedBins, stagedStride, features, stage, packedTo, histogram);
  }
}

/** target += other; `bytes` is a multiple of 16. */
export function addHistogram(target: usize, other: usize, bytes: usize): void {
  for (let byte: usize = 0; byte < bytes; byte += 16) {
    v128.store(target + byte, i64x2.add(v128.load(target + byte), v128.load(other + byte)));
  }
}

/** larger -= smaller; `bytes` is a multiple of 16. */
export function subtractHistogram(larger: usize, smaller: usize, bytes: usize): void {
  for (let byte: usize = 0; byte < bytes; byte += 16) {
    v128.store(larger + byte, i64x2.sub(v128.load(larger + byte), v128.load(smaller + byte)));
  }
}

/** The sum of the cells of one feature, which is that of all its rows, at `target`. */
export function sumCells(cells: usize, count: i32, target: usize): void {
  let sum: i64 = 0;
  for (let cell = 0; cell < count; cell++) sum += load<i64>(cells + ((<usize>cell) << 3));
  store<i64>(target, sum);
}

/** Number of rows in each bin of one feature, u32[256]. */
export function countBins(column: usize, index: usize, count: usize, counts: usize): void {
  memory.fill(counts, 0, 1024);
  const end = index + (count << 2);
  for (; index < end; index += 4) {
    const cell = counts + ((<usize>load<u8>(column + <usize>load<u32>(index))) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}
