import { sortedValues } from "../order/ascending-order.js";

/**
 * A summary of numbers that answers quantiles and ranks, of bounded size and plain data: it can be stored, sent and merged.
 * Deterministic: the same values in the same order give the same sketch.
 *
 * A value at level h stands for 2^h rows. A full level is sorted and every second value goes one level up, which moves any
 * rank by at most 2^h rows; `rankError` adds these up, so it is a bound that always holds, not an expectation. For n rows
 * it is at most n · log2(n / size) / size: below 0.5 % for a thousand million rows at size 4,096.
 *
 * @see Manku, Rajagopalan, Lindsay 1998; Karnin, Lang, Liberty 2016 (whose compactor this is, without chance)
 */
export interface QuantileSketch {
  /** Values of a level at which it is halved; even. */
  readonly size: number;
  /** Values that were added, missing ones left out. */
  readonly rows: number;
  readonly missing: number;
  readonly least: number;
  readonly most: number;
  /** Rows by which a rank may be wrong, at most. */
  readonly rankError: number;
  /** By level: the values, not sorted. */
  readonly levels: readonly (readonly number[])[];
  /** By level: 1 when the next halving keeps the values of odd place. */
  readonly oddByLevel: readonly number[];
}

const DEFAULT_SIZE = 1_024;

/** A sketch of nothing. @param size  even, at least 16: the larger, the closer */
export function emptySketch(size: number = DEFAULT_SIZE): QuantileSketch {
  const even = Math.max(16, size + (size % 2));
  return {
    size: even,
    rows: 0,
    missing: 0,
    least: Number.POSITIVE_INFINITY,
    most: Number.NEGATIVE_INFINITY,
    rankError: 0,
    levels: [[]],
    oddByLevel: [0],
  };
}

/** The sketch with these values added; NaN counts as missing. Cost: O(values · log size). */
export function addToSketch(sketch: QuantileSketch, values: ArrayLike<number>): QuantileSketch {
  const building = new Building(sketch);
  for (let row = 0; row < values.length; row++) building.add(values[row]);
  return building.finish();
}

/** One sketch of the rows of both; errors add up. The coarser size wins. */
export function mergeSketches(first: QuantileSketch, second: QuantileSketch): QuantileSketch {
  const building = new Building({ ...first, size: Math.min(first.size, second.size) });
  building.join(second);
  return building.finish();
}

/** A value whose rank is `share` (0–1) of the rows, within `rankError` and half a row; NaN when there are none. */
export function sketchQuantile(sketch: QuantileSketch, share: number): number {
  if (sketch.rows === 0) return Number.NaN;
  if (share <= 0) return sketch.least;
  if (share >= 1) return sketch.most;
  const { values, weights } = weighted(sketch);
  const wanted = share * sketch.rows;
  let below = 0;
  for (let place = 0; place < values.length; place++) {
    below += weights[place];
    if (below >= wanted) return values[place];
  }
  return sketch.most;
}

/** Rows at or below a value, within `rankError`. */
export function sketchRank(sketch: QuantileSketch, value: number): number {
  let rank = 0;
  sketch.levels.forEach((values, level) => {
    for (const one of values) if (one <= value) rank += weightOf(level);
  });
  return rank;
}

function weightOf(level: number): number {
  let weight = 1;
  for (let step = 0; step < level; step++) weight *= 2;
  return weight;
}

/** All values ascending, with the rows that each stands for. */
function weighted({ levels }: QuantileSketch): { values: number[]; weights: number[] } {
  const pairs = levels.flatMap((values, level) => values.map((value) => [value, weightOf(level)] as const));
  pairs.sort(([a], [b]) => a - b);
  return { values: pairs.map(([value]) => value), weights: pairs.map(([, weight]) => weight) };
}

class Building {
  readonly #size: number;
  readonly #levels: number[][];
  readonly #odd: number[];
  #rows: number;
  #missing: number;
  #least: number;
  #most: number;
  #rankError: number;

  constructor({ size, levels, oddByLevel, rows, missing, least, most, rankError }: QuantileSketch) {
    this.#size = size;
    this.#levels = levels.map((values) => [...values]);
    this.#odd = [...oddByLevel];
    this.#rows = rows;
    this.#missing = missing;
    this.#least = least;
    this.#most = most;
    this.#rankError = rankError;
    this.#halveFull();
  }

  add(value: number): void {
    if (Number.isNaN(value)) {
      this.#missing++;
      return;
    }
    this.#rows++;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
    this.#levels[0].push(value);
    if (this.#levels[0].length >= this.#size) this.#halveFull();
  }

  join({ levels, rows, missing, least, most, rankError }: QuantileSketch): void {
    levels.forEach((values, level) => {
      while (this.#levels.length <= level) this.#open();
      this.#levels[level].push(...values);
    });
    this.#rows += rows;
    this.#missing += missing;
    this.#least = Math.min(this.#least, least);
    this.#most = Math.max(this.#most, most);
    this.#rankError += rankError;
    this.#halveFull();
  }

  #open(): void {
    this.#levels.push([]);
    this.#odd.push(0);
  }

  #halveFull(): void {
    for (let level = 0; level < this.#levels.length; level++) {
      const values = this.#levels[level];
      if (values.length < this.#size) continue;
      if (level + 1 === this.#levels.length) this.#open();
      // Of an odd number one value stays, so that no row is lost.
      const kept = values.length % 2 === 1 ? [values[values.length - 1]] : [];
      const sorted = sortedValues(Float64Array.from(kept.length === 0 ? values : values.slice(0, -1)));
      for (let place = this.#odd[level]; place < sorted.length; place += 2) this.#levels[level + 1].push(sorted[place]);
      this.#odd[level] = 1 - this.#odd[level];
      this.#levels[level] = kept;
      this.#rankError += weightOf(level);
    }
  }

  finish(): QuantileSketch {
    return {
      size: this.#size,
      rows: this.#rows,
      missing: this.#missing,
      least: this.#least,
      most: this.#most,
      rankError: this.#rankError,
      levels: this.#levels,
      oddByLevel: this.#odd,
    };
  }
}
