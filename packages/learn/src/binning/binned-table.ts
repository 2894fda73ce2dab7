import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { Arena } from "../kernels/arena.js";
import { BINS, SLACK_BYTES, SORT_BYTES } from "../kernels/layout.js";
import type { Engine } from "../kernels/load-kernels.js";
import { createRandom } from "../random/random.js";
import { type CategoryBins, categoryBins, countCodes } from "./category-bins.js";
import { collectDistinct, type DistinctValues, quantileCuts } from "./cuts.js";

/** Most bins of a feature, the one for missing values included: a bin fits a byte. */
export const MAX_BINS = 255;
/** Cuts are quantiles of so many rows: all where there are no more (LightGBM's default). */
export const SAMPLED_ROWS = 200_000;
/** Values that lie in the engine's memory at a time. */
const CHUNK_ROWS = 65_536;

/**
 * Rows as bytes in an engine's memory: once by row, for histograms, and once by column, for partitions. Rows of a validation
 * part may follow those of training. Bin `b` of a number holds `cuts[b − 1] < value <= cuts[b]`: a decision on bins is the
 * same decision on raw doubles. The bin behind the last one holds missing values, also where nothing is missing.
 */
export interface BinnedTable {
  readonly arena: Arena;
  readonly featureCount: number;
  /** Rows of training, which come first, and all rows. */
  readonly trainingRows: number;
  readonly rowCount: number;
  /** Address of row 0; a row has `stride` bytes. */
  readonly bins: number;
  readonly stride: number;
  /** Address of column 0; a column has `rowCount` bytes. */
  readonly columns: number;
  readonly features: readonly BinnedFeature[];
}

export interface BinnedFeature {
  readonly name: string;
  /** Bins of values, at least 1; the missing bin is the one behind them. */
  readonly valueBins: number;
  /** Empty for a category. */
  readonly cuts: Float64Array;
  readonly category: CategoryBins | null;
}

/** Bytes of a row by row: whole vectors where that wastes little, since a row then seldom crosses a cache line. */
export function strideOf(features: number): number {
  const padded = Math.ceil(features / 16) * 16;
  return padded <= 1.17 * features ? padded : Math.ceil(features / 4) * 4;
}

/** Bytes that `binTable` needs beside the bins of numbers themselves. */
export function binnedBytes(rows: number, features: number): number {
  return rows * (strideOf(features) + features) + 20 * SAMPLED_ROWS + SORT_BYTES + 8 * CHUNK_ROWS;
}

/**
 * Cuts each column at its quantiles and replaces values by bins. Deterministic. Needs 2 · rows · columns bytes and scratch of
 * 4 MB; reads a column once, and a sample of it once more.
 *
 * @param bins  most bins of a feature with the one for missing values, 3 … 255
 * @param validation  rows to be binned with the same cuts
 * @param layout  "columns": without the rows, which have no address then
 * @throws LEARN_FEATURE_NOT_FINITE, LEARN_TRAINING_MEMORY
 */
export function binTable(
  engine: Engine,
  matrix: FeatureMatrix,
  bins: number,
  validation?: FeatureMatrix,
  layout: "both" | "columns" = "both",
): BinnedTable {
  const { rowCount, columns } = matrix;
  const table = new TableWriter(engine, matrix, bins, rowCount + (validation?.rowCount ?? 0), layout);
  table.drawRows();
  for (let feature = 0; feature < columns.length; feature++) {
    const values = columns[feature];
    const codes = matrix.categoryCounts?.[feature] ?? null;
    if (codes === null) {
      table.addNumberOf(values);
    } else {
      const counts = new Int32Array(codes);
      countCodes(values, counts);
      table.addCategory(counts);
    }
    table.write(feature, values, 0);
    if (validation !== undefined) table.write(feature, validation.columns[feature], rowCount);
  }
  return table.finish();
}

/** What is known of the columns before their rows are read. */
export type ColumnNames = Pick<FeatureMatrix, "rowCount" | "names" | "categoryCounts">;

/** Makes a table feature by feature: first its bins from a sample or from counts, then its rows in any number of parts. */
export class TableWriter {
  private readonly arena: Arena;
  private readonly stride: number;
  private readonly bins: number;
  private readonly columns: number;
  private readonly scratchMark: number;
  private readonly sample: number;
  private readonly scratch: number;
  private readonly chunk: number;
  private readonly cuts: number;
  private readonly distinct: DistinctValues;
  private readonly features: BinnedFeature[] = [];
  private drawn: Int32Array | null = null;
  private drawnAt = 0;
  /** How many of the drawn rows lie in each chunk and those before it. */
  private readonly drawnByChunk: number[] = [];

  /** @param rowCount  of training, which come first, and of validation */
  constructor(
    private readonly engine: Engine,
    private readonly about: ColumnNames,
    private readonly mostBins: number,
    private readonly rowCount: number,
    private readonly layout: "both" | "columns" = "both",
  ) {
    const featureCount = about.names.length;
    this.arena = new Arena(engine);
    this.stride = layout === "both" ? strideOf(featureCount) : 0;
    this.bins = this.arena.allocate(rowCount * this.stride + SLACK_BYTES);
    this.columns = this.arena.allocate(rowCount * featureCount);
    this.scratchMark = this.arena.mark;
    const sampled = Math.min(about.rowCount, SAMPLED_ROWS);
    // One more: a missing value is written behind the last one before it is known to be missing.
    this.sample = this.arena.allocate(8 * sampled + 8);
    this.scratch = this.arena.allocate(8 * sampled + SORT_BYTES);
    this.chunk = this.arena.allocate(8 * CHUNK_ROWS);
    this.cuts = this.arena.allocate(8 * BINS);
    this.distinct = { values: new Float64Array(sampled), counts: new Int32Array(sampled), length: 0 };
  }

  /** Draws the rows that `addNumberOf` looks at. */
  drawRows(): void {
    const drawn = sampledRows(this.about.rowCount);
    this.drawn = drawn;
    if (drawn === null) return;
    this.drawnAt = this.arena.allocate(drawn.byteLength);
    this.arena.ints(this.drawnAt, drawn.length).set(drawn);
    for (let end = CHUNK_ROWS, seen = 0; seen < drawn.length; end += CHUNK_ROWS) {
      while (seen < drawn.length && drawn[seen] < end) seen++;
      this.drawnByChunk.push(seen);
    }
  }

  /** The next feature, a number, cut at the quantiles of the rows that were drawn of all its values. */
  addNumberOf(values: Float64Array): void {
    const { drawn, drawnAt, drawnByChunk } = this;
    const chunk = this.arena.doubles(this.chunk, CHUNK_ROWS);
    let count = 0;
    let seen = 0;
    for (let begin = 0; begin < values.length; begin += CHUNK_ROWS) {
      const part = values.subarray(begin, begin + CHUNK_ROWS);
      chunk.set(part);
      const from = seen;
      seen = drawn === null ? seen + part.length : drawnByChunk[begin / CHUNK_ROWS];
      const rows = drawn === null ? 0 : drawnAt + 4 * from;
      count += this.engine.kernels.gatherNumbers(this.chunk, begin, rows, seen - from, this.sample + 8 * count);
    }
    this.addSorted(count);
  }

  /** The next feature, a number, cut at the quantiles of some of its values. */
  addNumber(values: Float64Array): void {
    this.arena.doubles(this.scratch, values.length).set(values);
    this.addSorted(this.engine.kernels.gatherNumbers(this.scratch, 0, 0, values.length, this.sample));
  }

  /** Cuts by the numbers that lie in the sample. */
  private addSorted(count: number): void {
    const name = this.nextName();
    const sample = this.arena.doubles(this.sample, count);
    this.engine.kernels.sortDoubles(this.sample, count, this.scratch);
    collectDistinct(sample, count, this.distinct);
    const isInfinite = count > 0 && (sample[0] === -Infinity || sample[count - 1] === Infinity);
    if (isInfinite) throw errors.FEATURE_NOT_FINITE({ feature: name });
    const cuts = quantileCuts(this.distinct, this.mostBins - 1);
    this.features.push({ name, valueBins: cuts.length + 1, cuts, category: null });
  }

  /** The next feature, a category, of which it is known how often each code occurs. */
  addCategory(counts: Int32Array): void {
    const category = categoryBins(counts, this.mostBins - 1);
    const valueBins = Math.max(1, category.codeByBin.length);
    this.features.push({ name: this.nextName(), valueBins, cuts: new Float64Array(0), category });
  }

  /** Bins of a feature's rows from `firstRow` on. */
  write(feature: number, values: Float64Array, firstRow: number): void {
    const { kernels } = this.engine;
    const { name, valueBins, cuts, category } = this.features[feature];
    const to = this.columns + feature * this.rowCount + firstRow;
    const mark = this.arena.mark;
    let table = 0;
    if (category === null) this.arena.doubles(this.cuts, BINS).fill(Infinity).set(cuts);
    else {
      table = this.arena.allocate(category.binByCode.length);
      this.arena.bytes(table, category.binByCode.length).set(category.binByCode);
    }
    const chunk = this.arena.doubles(this.chunk, CHUNK_ROWS);
    const steps = 32 - Math.clz32(valueBins - 1);
    for (let begin = 0; begin < values.length; begin += CHUNK_ROWS) {
      const part = values.subarray(begin, begin + CHUNK_ROWS);
      chunk.set(part);
      if (category !== null) {
        kernels.binCategories(this.chunk, part.length, table, category.binByCode.length, valueBins, to + begin);
      } else if (kernels.binNumbers(this.chunk, part.length, this.cuts, steps, valueBins, to + begin) === 1) {
        throw errors.FEATURE_NOT_FINITE({ feature: name });
      }
    }
    this.arena.release(mark);
  }

  finish(): BinnedTable {
    const { engine, arena, rowCount, stride, bins, columns, features } = this;
    if (this.layout === "both") engine.kernels.transposeBins(columns, rowCount, features.length, 0, rowCount, bins, stride);
    arena.release(this.scratchMark);
    const trainingRows = this.about.rowCount;
    return { arena, featureCount: features.length, trainingRows, rowCount, bins, stride, columns, features };
  }

  private nextName(): string {
    return this.about.names[this.features.length] ?? String(this.features.length);
  }
}

/**
 * The table of columns whose bins are known.
 *
 * @param bytes  [feature][row], validation behind training
 * @throws LEARN_TRAINING_MEMORY
 */
export function columnsToTable(
  engine: Engine,
  { rowCount: trainingRows }: ColumnNames,
  bytes: Uint8Array,
  features: readonly BinnedFeature[],
): BinnedTable {
  const featureCount = features.length;
  const rowCount = bytes.length / featureCount;
  const arena = new Arena(engine);
  const stride = strideOf(featureCount);
  const bins = arena.allocate(rowCount * stride + SLACK_BYTES);
  const columns = arena.allocate(rowCount * featureCount);
  arena.bytes(columns, bytes.length).set(bytes);
  engine.kernels.transposeBins(columns, rowCount, featureCount, 0, rowCount, bins, stride);
  return { arena, featureCount, trainingRows, rowCount, bins, stride, columns, features };
}

/** The rows by which numbers are cut, ascending: one of each of equal parts. null: all. The same in every fit. */
export function sampledRows(rowCount: number): Int32Array | null {
  if (rowCount <= SAMPLED_ROWS) return null;
  const random = createRandom(0);
  const rows = new Int32Array(SAMPLED_ROWS);
  for (let part = 0; part < SAMPLED_ROWS; part++) {
    const begin = Math.floor((part * rowCount) / SAMPLED_ROWS);
    rows[part] = begin + random.integer(Math.floor(((part + 1) * rowCount) / SAMPLED_ROWS) - begin);
  }
  return rows;
}
