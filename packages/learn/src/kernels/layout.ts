// Offsets of what kernels read and write; assembly/rules.ts has the same. Sizes in bytes.

export const BINS = 256;
export const CELL_BYTES = 8;
/** Histogram of one feature. */
export const FEATURE_BYTES = BINS * CELL_BYTES;
export const CANDIDATE_BYTES = 64;
export const KIND_BYTES = 16;
export const LEAF_BYTES = 64;
export const RULES_BYTES = 96;
/** `goesLeft` of a split, and counts of one feature. */
export const TABLE_BYTES = 256;
export const COUNTS_BYTES = 1024;
/** Rows that `scanRows` takes at most. */
export const SMALL_ROWS = 256;
/** Scratch of `scanRows`: a histogram, its counts, the sorting of categories, and row addresses. */
export const SCAN_BYTES = FEATURE_BYTES + COUNTS_BYTES + 4096 + 4 * SMALL_ROWS;
/** Where `scanFeatures` may sort categories in that scratch: behind what `scanRows` needs to be zero. */
export const SORT_AT = FEATURE_BYTES + COUNTS_BYTES;
export const STAGED_ROWS = 32;
/** Columns are read 16 bytes at a time: so many bytes behind the last row must exist. */
export const SLACK_BYTES = 16;
/** Counts of `sortDoubles`, behind its 8 bytes a value. */
export const SORT_BYTES = 6 * 2048 * 4;

export const rulesAt = {
  gradientUnit: 0,
  hessianUnit: 8,
  l1: 16,
  l2: 24,
  categoryL2: 32,
  categorySmoothing: 40,
  minHessian: 48,
  minRows: 56,
  minGroupRows: 64,
  shift: 72,
  countsRows: 76,
  isBounded: 80,
  maxOneHot: 84,
  maxCategories: 88,
} as const;

export const leafAt = { gradient: 0, hessian: 8, threshold: 16, score: 24, lower: 32, upper: 40, rows: 48 } as const;
export const kindAt = { valueBins: 0, isCategory: 4, monotone: 8, isUsed: 12 } as const;
export const candidateAt = { gain: 0, leftGradient: 8, leftHessian: 16, bin: 24, missingLeft: 28, set: 32 } as const;

/** What boosting descends, as `prepareLoss` numbers it. */
export const lossCodes = { squared: 0, absolute: 1, huber: 2, quantile: 3, logistic: 4, softmax: 5 } as const;
/** How `packGradients` weighs a row. */
export const packModes = { unit: 0, weighted: 1, drawn: 2, probability: 3 } as const;

/** Words (of 4 bytes) through which the threads of one fit talk; see threads/team.ts. */
export const controlAt = {
  // What a waiting helper reads lies in one line of the cache; what the working threads write lies in others.
  ticket: 16,
  epoch: 19,
  abort: 20,
  operation: 23,
  done: 240,
  isLeadWaiting: 256,
  sleepers: 272,
  active: 288,
  arguments: 32,
  /** Histogram that each helper last added to, by thread. */
  stamps: 96,
  /** 1: the helper of that thread is wanted elsewhere. */
  recalled: 160,
} as const;
/** Threads that may work on one memory. */
export const MOST_THREADS = 64;
/** First byte that the arena hands out. */
export const ARENA_START = 2_048;
