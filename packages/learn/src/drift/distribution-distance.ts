import { BucketKinds, Buckets, type Part } from "./value-buckets.js";

/** Values in one recursion below which sorting is cheaper than counting. */
const FEW = 48;
const MOST_BUCKETS = 16_384;
/** Values from which on a sample says where most of them lie. */
const MANY = 8_192;
const SAMPLE = 256;
/** More than rounding changes a difference of two shares. */
const SLACK = 1e-12;

/**
 * Largest distance between the empirical distribution functions of two samples without NaN; at least one value each.
 *
 * The functions are compared where buckets of equal width end; only buckets inside which they could come further apart
 * than the largest distance so far are looked into, by the same method. So nothing is sorted but a few values.
 *
 * Cost: O(rows) for almost all data, O(rows · log range) at worst. Scratch: a copy of the rows.
 */
export function distributionDistance(first: Float64Array, second: Float64Array): number {
  const search = new DistanceSearch(first.length, second.length);
  search.compare(whole(first), whole(second), 0, 0);
  return search.largest;
}

function whole(values: Float64Array): Part {
  return { values, start: 0, end: values.length };
}

class DistanceSearch {
  largest = 0;
  /** The largest distance less what rounding may hide: only what exceeds it is worth two divisions. */
  #worth = -SLACK;
  readonly #firstRows: number;
  readonly #secondRows: number;
  readonly #firstUnit: number;
  readonly #secondUnit: number;

  constructor(firstRows: number, secondRows: number) {
    this.#firstRows = firstRows;
    this.#secondRows = secondRows;
    this.#firstUnit = 1 / firstRows;
    this.#secondUnit = 1 / secondRows;
  }

  /** @param firstBefore  rows of the first sample below all of these */
  compare(first: Part, second: Part, firstBefore: number, secondBefore: number): void {
    const rows = first.end - first.start + second.end - second.start;
    if (rows <= FEW) {
      this.#compareSorted(first, second, firstBefore, secondBefore);
      return;
    }
    const { low, high, hasTies } = rows > MANY ? middleRange(first, second) : rangeOfBoth(first, second);
    // Where all values are alike, only the ends of the bucket matter, and those were met before.
    if (low === high) return;
    const width = high - low;
    if (!Number.isFinite(width)) {
      this.#compareSorted(first, second, firstBefore, secondBefore);
      return;
    }
    const toBucket = new Buckets(low, Math.min(MOST_BUCKETS, Math.max(16, rows >> 1)), width);
    const kinds = hasTies ? new BucketKinds(toBucket.buckets) : null;
    const firstCounts = kinds === null ? toBucket.count(first) : toBucket.countKinds(first, kinds);
    const secondCounts = kinds === null ? toBucket.count(second) : toBucket.countKinds(second, kinds);
    const deeper = this.#compareEnds(firstCounts, secondCounts, firstBefore, secondBefore, kinds);
    if (deeper === null) return;
    const firstParts = toBucket.gather(first, firstCounts, deeper);
    const secondParts = toBucket.gather(second, secondCounts, deeper);
    let [firstBelow, secondBelow, firstEnd, secondEnd] = [firstBefore, secondBefore, 0, 0];
    for (let bucket = 0; bucket < deeper.length; bucket++) {
      const firstCount = firstCounts[bucket];
      const secondCount = secondCounts[bucket];
      if (deeper[bucket] === 1) {
        firstEnd += firstCount;
        secondEnd += secondCount;
        if (this.#mayExceed(firstBelow, secondBelow, firstCount, secondCount)) {
          const firstPart = { values: firstParts, start: firstEnd - firstCount, end: firstEnd };
          const secondPart = { values: secondParts, start: secondEnd - secondCount, end: secondEnd };
          this.compare(firstPart, secondPart, firstBelow, secondBelow);
        }
      }
      firstBelow += firstCount;
      secondBelow += secondCount;
    }
  }

  /** Compares where buckets end; then 1 by bucket that may hold a larger distance inside, null if none may. */
  #compareEnds(
    firstCounts: Int32Array,
    secondCounts: Int32Array,
    firstBefore: number,
    secondBefore: number,
    kinds: BucketKinds | null,
  ): Uint8Array | null {
    const firstUnit = this.#firstUnit;
    const secondUnit = this.#secondUnit;
    let [firstBelow, secondBelow] = [firstBefore, secondBefore];
    for (let bucket = 0; bucket < firstCounts.length; bucket++) {
      firstBelow += firstCounts[bucket];
      secondBelow += secondCounts[bucket];
      const rough = Math.abs(firstBelow * firstUnit - secondBelow * secondUnit);
      if (rough > this.#worth) this.#meet(firstBelow, secondBelow);
    }
    const deeper = new Uint8Array(firstCounts.length);
    const worth = this.#worth;
    let some = false;
    [firstBelow, secondBelow] = [firstBefore, secondBefore];
    for (let bucket = 0; bucket < deeper.length; bucket++) {
      const firstCount = firstCounts[bucket];
      const secondCount = secondCounts[bucket];
      const start = firstBelow * firstUnit - secondBelow * secondUnit;
      const isWorth = start + firstCount * firstUnit > worth || secondCount * secondUnit - start > worth;
      if (isWorth && firstCount + secondCount > 1 && (kinds === null || kinds.isMixed[bucket] === 1)) {
        deeper[bucket] = 1;
        some = true;
      }
      firstBelow += firstCount;
      secondBelow += secondCount;
    }
    return some ? deeper : null;
  }

  /** The same question for one bucket, now that others may have raised the largest distance. */
  #mayExceed(firstBelow: number, secondBelow: number, firstCount: number, secondCount: number): boolean {
    const start = firstBelow * this.#firstUnit - secondBelow * this.#secondUnit;
    return start + firstCount * this.#firstUnit > this.#worth || secondCount * this.#secondUnit - start > this.#worth;
  }

  /** Divisions and not products with 1 / rows: the distance is to equal SciPy's to the last bit. */
  #meet(firstBelow: number, secondBelow: number): void {
    const distance = Math.abs(firstBelow / this.#firstRows - secondBelow / this.#secondRows);
    if (distance <= this.largest) return;
    this.largest = distance;
    this.#worth = distance - SLACK;
  }

  #compareSorted(first: Part, second: Part, firstBefore: number, secondBefore: number): void {
    const a = sorted(first);
    const b = sorted(second);
    let [inA, inB] = [0, 0];
    while (inA < a.length || inB < b.length) {
      const value = inB === b.length || (inA < a.length && a[inA] < b[inB]) ? a[inA] : b[inB];
      while (inA < a.length && a[inA] === value) inA++;
      while (inB < b.length && b[inB] === value) inB++;
      this.#meet(firstBefore + inA, secondBefore + inB);
    }
  }
}

/** The values of a part, ascending. */
function sorted({ values, start, end }: Part): number[] | Float64Array {
  if (end - start > FEW) return values.slice(start, end).sort();
  const ascending: number[] = [];
  for (let row = start; row < end; row++) {
    const value = values[row];
    let place = row - start;
    for (; place > 0 && ascending[place - 1] > value; place--) ascending[place] = ascending[place - 1];
    ascending[place] = value;
  }
  return ascending;
}

/**
 * Where most values lie, by a sample: a few far ones must not make the buckets too wide for all others. Those outside fall
 * into the first and last bucket. Where the sample has no width: the range of all.
 */
function middleRange(first: Part, second: Part): Range {
  const sample = Float64Array.from({ length: 2 * SAMPLE }, (_, place) => {
    const { values, start, end } =
      place % 2 === 0 || second.start === second.end ? (first.start === first.end ? second : first) : second;
    return values[start + Math.floor(((place >> 1) * (end - start)) / SAMPLE)];
  }).sort();
  const [low, high] = [sample[SAMPLE >> 5], sample[2 * SAMPLE - 1 - (SAMPLE >> 5)]];
  const ties = sample.reduce((count, value, place) => count + (value === sample[place - 1] ? 1 : 0), 0);
  const hasTies = ties > SAMPLE >> 2;
  return { ...(low < high ? { low, high } : rangeOfBoth(first, second)), hasTies };
}

function rangeOfBoth(first: Part, second: Part): Range {
  const firstRange = rangeOf(first);
  const secondRange = rangeOf(second);
  const [low, high] = [Math.min(firstRange.low, secondRange.low), Math.max(firstRange.high, secondRange.high)];
  return { low, high, hasTies: false };
}

interface Range {
  readonly low: number;
  readonly high: number;
  /** Many values are equal, as of whole numbers or of a column that is mostly 0. */
  readonly hasTies: boolean;
}

/** Least and greatest value; two lanes, because each step of one has to wait for the last. */
function rangeOf({ values, start, end }: Part): Pick<Range, "low" | "high"> {
  let [low, high, otherLow, otherHigh] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  let row = start;
  for (; row + 1 < end; row += 2) {
    const value = values[row];
    const other = values[row + 1];
    if (value < low) low = value;
    if (value > high) high = value;
    if (other < otherLow) otherLow = other;
    if (other > otherHigh) otherHigh = other;
  }
  if (row < end) {
    low = Math.min(low, values[row]);
    high = Math.max(high, values[row]);
  }
  return { low: Math.min(low, otherLow), high: Math.max(high, otherHigh) };
}
