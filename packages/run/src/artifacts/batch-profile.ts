import {
  addToSketch,
  asLevels,
  type ColumnSchema,
  emptySketch,
  type Frame,
  type FrameColumn,
  LevelCounts,
  type QuantileSketch,
  type ReferenceSketch,
  sketchColumn,
  sketchLevels,
  sketchQuantile,
} from "@atalaya/learn";

/** What the accepted values of a column look like in one batch. */
export type ColumnProfile =
  | { readonly kind: "number"; readonly missing: number; readonly quantiles: readonly number[] }
  | { readonly kind: "category"; readonly missing: number; readonly levels: readonly LevelCount[]; readonly otherRows: number };

interface LevelCount {
  readonly level: string;
  readonly rows: number;
}

/** What a batch looks like, for people and to be compared with the next one. */
export interface BatchProfile {
  readonly rows: number;
  /** By column of the contract. Quantiles: 0, 1, 5, 25, 50, 75, 95, 99 and 100 %; empty without any value. */
  readonly columns: Readonly<Record<string, ColumnProfile>>;
  /** What changed since the batch before, in sentences. */
  readonly changes: readonly string[];
}

const QUANTILES = [0, 1, 5, 25, 50, 75, 95, 99, 100];
const MOST_LEVELS = 50;

/** The profile of a batch that is in memory. Cost: O(rows · columns · log rows). */
export function profileBatch(frame: Frame, columns: readonly ColumnSchema[], before: BatchProfile | null): BatchProfile {
  const profiler = new BatchProfiler(columns);
  profiler.add(frame);
  return profiler.finish(before);
}

/** Values of a level of the sketches: quantiles of a thousand million rows are within 0.5 % of their rank. */
const SKETCH_SIZE = 4_096;

/**
 * Profiles a batch that comes in parts. Quantiles of a batch of one part are exact; of more parts they come from sketches of
 * bounded size, and are within 0.5 % of their rank.
 */
export class BatchProfiler {
  /** The only part so far. */
  #only: Frame | null = null;
  #rows = 0;
  readonly #columns: readonly ColumnSchema[];
  readonly #sketches = new Map<string, QuantileSketch | LevelCounts>();

  constructor(columns: readonly ColumnSchema[]) {
    // Keys and free texts are of as many levels as rows: their counts say nothing.
    this.#columns = columns.filter(({ type }) => type !== "text");
  }

  add(part: Frame): void {
    if (this.#rows === 0) this.#only = part;
    else if (part.rowCount > 0) {
      if (this.#only !== null) this.#sketch(this.#only);
      this.#only = null;
      this.#sketch(part);
    }
    this.#rows += part.rowCount;
  }

  #sketch(part: Frame): void {
    for (const { name } of this.#columns) {
      const column = part.columns.get(name);
      if (column === undefined) continue;
      const known = this.#sketches.get(name);
      if (column.kind === "number" || column.kind === "time") {
        const sketch = known === undefined || known instanceof LevelCounts ? emptySketch(SKETCH_SIZE) : known;
        this.#sketches.set(name, addToSketch(sketch, column.values));
      } else {
        const counts = known instanceof LevelCounts ? known : new LevelCounts();
        counts.add(asLevels(column));
        this.#sketches.set(name, counts);
      }
    }
  }

  finish(before: BatchProfile | null): BatchProfile {
    const profiles = this.#columns.flatMap(({ name }): [string, ColumnProfile][] => {
      const column = this.#only?.columns.get(name);
      if (column !== undefined) return [[name, profileColumn(name, column)]];
      const sketch = this.#sketches.get(name);
      return sketch === undefined ? [] : [[name, profileSketch(name, sketch)]];
    });
    const profile = { rows: this.#rows, columns: Object.fromEntries(profiles) };
    return { ...profile, changes: before === null ? [] : describeChanges(before, profile) };
  }
}

function profileSketch(name: string, sketch: QuantileSketch | LevelCounts): ColumnProfile {
  if (sketch instanceof LevelCounts) return profileOf(sketchLevels(name, sketch));
  const { missing, rows } = sketch;
  const quantiles = rows === 0 ? [] : QUANTILES.map((percent) => sketchQuantile(sketch, percent / 100));
  return { kind: "number", missing, quantiles };
}

function profileColumn(name: string, column: FrameColumn): ColumnProfile {
  return profileOf(sketchColumn(name, column));
}

function profileOf(sketch: ReferenceSketch): ColumnProfile {
  if (sketch.kind === "number") {
    const { missing, quantiles } = sketch;
    return { kind: "number", missing, quantiles: quantiles.length === 0 ? [] : QUANTILES.map((percent) => quantiles[percent]!) };
  }
  const levels = sketch.levels.slice(0, MOST_LEVELS);
  const rest = sketch.levels.slice(MOST_LEVELS).reduce((sum, { rows }) => sum + rows, 0);
  return { kind: "category", missing: sketch.missing, levels, otherRows: rest + sketch.other };
}

type Compared = Omit<BatchProfile, "changes">;

/** Share of a batch's rows from which a level that was never seen is told. */
const NEW_LEVEL_SHARE = 0.01;

/** Schema changes between two batches: columns that appear or are gone, new levels, numbers as of another unit. */
export function describeChanges(before: Compared, now: Compared): string[] {
  if (before.rows === 0 || now.rows === 0) return [];
  return Object.entries(now.columns).flatMap(([name, column]) => {
    const earlier = before.columns[name];
    if (earlier === undefined || earlier.kind !== column.kind) return [];
    const [wasEmpty, isEmpty] = [earlier.missing === before.rows, column.missing === now.rows];
    if (isEmpty) return wasEmpty ? [] : [`${name} has no value any more: lost in the source?`];
    if (wasEmpty) return [`${name} has values for the first time: new in the source?`];
    if (column.kind === "number" && earlier.kind === "number") return unitChange(name, earlier.quantiles, column.quantiles);
    if (column.kind === "category" && earlier.kind === "category") return newLevels(name, earlier, column, now.rows);
    return [];
  });
}

type CategoryProfile = Extract<ColumnProfile, { kind: "category" }>;

function newLevels(name: string, earlier: CategoryProfile, column: CategoryProfile, rows: number): string[] {
  // Of a column with more levels than a profile names nothing can be told to be new.
  if (earlier.otherRows > 0) return [];
  const known = new Set(earlier.levels.map(({ level }) => level));
  const fresh = column.levels.filter((level) => !known.has(level.level) && level.rows / rows >= NEW_LEVEL_SHARE);
  if (fresh.length === 0) return [];
  const named = fresh
    .slice(0, 5)
    .map(({ level, rows: count }) => `${JSON.stringify(level)} (${((100 * count) / rows).toFixed(0)} %)`);
  return [`${name} has new levels: ${named.join(", ")}${fresh.length > 5 ? ` and ${fresh.length - 5} more` : ""}`];
}

/** Factors between units that people mix up. */
const UNITS: readonly (readonly [factor: number, said: string])[] = [
  [10, "ten"],
  [100, "a hundred"],
  [1_000, "a thousand, as of kilo or milli"],
  [1_000_000, "a million"],
  [60, "60, as of minutes and seconds"],
  [3_600, "3,600, as of hours and seconds"],
  [10.7639, "10.76, as of ft² and m²"],
  [43_560, "43,560, as of acres and ft²"],
  [4_046.86, "4,047, as of acres and m²"],
  [2.20462, "2.2, as of lb and kg"],
  [3.28084, "3.28, as of ft and m"],
  [1.60934, "1.61, as of mi and km"],
  [1_024, "1,024, as of kB and B"],
];
/** Places of 25, 50, 75 and 95 % in `QUANTILES`: all have to move by the same factor. */
const COMPARED = [3, 4, 5, 6];
const LEAST_FACTOR = 1.5;

function unitChange(name: string, before: readonly number[], now: readonly number[]): string[] {
  const factors = COMPARED.map((place) => now[place]! / before[place]!);
  if (!factors.every((factor) => Number.isFinite(factor) && factor > 0)) return [];
  const mean = Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0) / factors.length);
  const size = Math.max(mean, 1 / mean);
  const isOneFactor = factors.every((factor) => Math.abs(Math.log(factor / mean)) < 0.15);
  if (size < LEAST_FACTOR || !isOneFactor) return [];
  const distance = ([factor]: (typeof UNITS)[number]): number => Math.abs(Math.log(size / factor));
  const unit = UNITS.reduce((nearest, other) => (distance(other) < distance(nearest) ? other : nearest));
  if (distance(unit) > 0.1) return [];
  return [`${name} is ${mean > 1 ? "larger" : "smaller"} by a factor of ${unit[1]}: another unit?`];
}
