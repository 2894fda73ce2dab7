/** Values from `start` to before `end`. */
export interface Part {
  readonly values: Float64Array;
  readonly start: number;
  readonly end: number;
}

/** Which buckets hold more than one value: inside the others the functions cannot come further apart. */
export class BucketKinds {
  readonly isMixed: Uint8Array;
  /** NaN: none yet. */
  readonly value: Float64Array;

  constructor(buckets: number) {
    this.isMixed = new Uint8Array(buckets);
    this.value = new Float64Array(buckets).fill(Number.NaN);
  }
}

/**
 * Buckets of equal width above `low`, and bucket 0 for it and all below, so that a column which is mostly its least value has that
 * value to itself. A larger value is never in a lower bucket, because rounding keeps the order.
 */
export class Buckets {
  readonly #scale: number;

  constructor(
    readonly low: number,
    readonly buckets: number,
    width: number,
  ) {
    // A width so small that the scale overflows still tells the lowest from the highest value.
    this.#scale = Math.min((buckets - 1) / width, Number.MAX_VALUE);
  }

  count({ values, start, end }: Part): Int32Array {
    const counts = new Int32Array(this.buckets);
    const { low } = this;
    const scale = this.#scale;
    const last = this.buckets - 1;
    for (let row = start; row < end; row++) {
      const place = (values[row] - low) * scale + 1;
      counts[place < last ? (place > 1 ? place | 0 : values[row] > low ? 1 : 0) : last]++;
    }
    return counts;
  }

  /** As `count`, and notes which buckets hold several values. */
  countKinds({ values, start, end }: Part, { isMixed, value: known }: BucketKinds): Int32Array {
    const counts = new Int32Array(this.buckets);
    const { low } = this;
    const scale = this.#scale;
    const last = this.buckets - 1;
    for (let row = start; row < end; row++) {
      const value = values[row];
      const place = (value - low) * scale + 1;
      const bucket = place < last ? (place > 1 ? place | 0 : value > low ? 1 : 0) : last;
      counts[bucket]++;
      const before = known[bucket];
      if (before === value) continue;
      if (!Number.isNaN(before)) isMixed[bucket] = 1;
      known[bucket] = value;
    }
    return counts;
  }

  /** The values of the wanted buckets, bucket by bucket. */
  gather({ values, start, end }: Part, counts: Int32Array, wanted: Uint8Array): Float64Array {
    const next = new Int32Array(this.buckets);
    let total = 0;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      next[bucket] = total;
      if (wanted[bucket] === 1) total += counts[bucket];
    }
    const gathered = new Float64Array(total);
    const { low } = this;
    const scale = this.#scale;
    const last = this.buckets - 1;
    const { middle, half } = this.#rangeOf(wanted);
    for (let row = start; row < end; row++) {
      const value = values[row];
      // One comparison, nearly always the same way: of two, either would go both ways at random.
      if (Math.abs(value - middle) > half) continue;
      const place = (value - low) * scale + 1;
      const bucket = place < last ? (place > 1 ? place | 0 : value > low ? 1 : 0) : last;
      if (wanted[bucket] === 0) continue;
      gathered[next[bucket]++] = value;
    }
    return gathered;
  }

  /** No value outside is in a wanted bucket; some buckets more on either side are for rounding. Mostly a small part of all values. */
  #rangeOf(wanted: Uint8Array): { middle: number; half: number } {
    const first = wanted.indexOf(1);
    const last = wanted.lastIndexOf(1);
    // Bucket 0 and the last one have no end outwards: nothing is left out then.
    if (first < 3 || last > wanted.length - 4) return { middle: 0, half: Number.POSITIVE_INFINITY };
    const width = 1 / this.#scale;
    return { middle: this.low + ((first + last - 1) / 2) * width, half: ((last - first) / 2 + 2) * width };
  }
}
