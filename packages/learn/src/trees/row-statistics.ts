/** The best split found so far, written in place: scans allocate nothing. */
export interface SplitCandidate {
  /** Loss reduction; starts at the least that counts. */
  gain: number;
  /** -1: none yet. */
  feature: number;
  /** Last value bin that goes left. */
  bin: number;
  missingLeft: boolean;
}

/** What a split must keep to, whatever the statistics. */
export interface SplitLimits {
  /** Least rows on either side, at least 1. */
  readonly minLeafRows: number;
  /** A split must reduce the loss by more. */
  readonly minGain: number;
}

/**
 * What a tree adds up over rows and how it judges a split of them. A histogram holds `channels` numbers a bin; the last
 * one is the number of rows, exact, so that a bin with count 0 is empty whatever rounding left in the others.
 */
export interface RowStatistics {
  readonly channels: number;
  /** Brings the numbers of `rows[begin … end)` into their order, negated to take rows out of a histogram. */
  stage(rows: Int32Array, begin: number, end: number, remove: boolean): void;
  /** Adds the staged rows to the histograms of four features. */
  addQuad(
    words: Int32Array,
    at: number,
    rows: Int32Array,
    begin: number,
    end: number,
    histogram: Float64Array,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): void;
  /** Adds the staged rows to the histogram of one feature. */
  addOne(
    words: Int32Array,
    at: number,
    shift: number,
    rows: Int32Array,
    begin: number,
    end: number,
    histogram: Float64Array,
    start: number,
  ): void;
  /** Sums of `rows[begin … end)` into `totals[at … at + channels)`. */
  total(rows: Int32Array, begin: number, end: number, totals: Float64Array, at: number): void;
  /** Number of rows as `minLeafRows` counts them. */
  countOf(totals: Float64Array, at: number): number;
  /** Looks for a better split of one feature than `best`. Ties: higher gain, lower feature, lower bin, missing right. */
  scan(
    histogram: Float64Array,
    start: number,
    valueBins: number,
    totals: Float64Array,
    at: number,
    limits: SplitLimits,
    feature: number,
    best: SplitCandidate,
  ): void;
}
