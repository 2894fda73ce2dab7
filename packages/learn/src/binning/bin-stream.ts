import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { Engine } from "../kernels/load-kernels.js";
import { type BinnedTable, SAMPLED_ROWS, sampledRows, TableWriter } from "./binned-table.js";
import { countCodes } from "./category-bins.js";

/** What is known of rows before any of them is read. */
export interface StreamShape {
  readonly rowCount: number;
  readonly names: readonly string[];
  readonly categoryCounts?: readonly (number | null)[];
}

/** Rows that are never all in memory at a time. */
export interface MatrixStream extends StreamShape {
  /** All rows in chunks, in their order. Called twice; both times it must give the same. */
  chunks(): Iterable<FeatureMatrix>;
}

/** As `MatrixStream`; its chunks may take their time, and the process does other work between them. */
export interface SlowMatrixStream extends StreamShape {
  chunks(): Iterable<FeatureMatrix> | AsyncIterable<FeatureMatrix>;
}

/**
 * As `binTable`, from rows that come in chunks: the same bins. The first reading samples numbers and counts categories, the
 * second one writes bins. Needs 2 · rows · columns bytes, 8 · 200,000 · columns for the sample, and one chunk.
 *
 * @throws LEARN_STREAM_BROKEN, LEARN_FEATURE_NOT_FINITE, LEARN_TRAINING_MEMORY
 */
export function binStream(engine: Engine, stream: MatrixStream, bins: number): BinnedTable {
  const binner = new StreamBinner(engine, stream, bins);
  for (const chunk of stream.chunks()) binner.sample(chunk);
  binner.cut();
  for (const chunk of stream.chunks()) binner.write(chunk);
  return binner.finish();
}

/** `binStream` of a stream that may be slow: the same bins. */
export async function binSlowStream(engine: Engine, stream: SlowMatrixStream, bins: number): Promise<BinnedTable> {
  const binner = new StreamBinner(engine, stream, bins);
  for await (const chunk of stream.chunks()) binner.sample(chunk);
  binner.cut();
  for await (const chunk of stream.chunks()) binner.write(chunk);
  return binner.finish();
}

/** Bins of rows that are read twice: every chunk is sampled, bins are cut, every chunk is written. */
class StreamBinner {
  private readonly table: TableWriter;
  private readonly drawn: Int32Array | null;
  private readonly samples: (Float64Array | Int32Array)[];
  private filled = 0;
  private firstRow = 0;

  constructor(
    engine: Engine,
    private readonly shape: StreamShape,
    bins: number,
  ) {
    const { rowCount, names, categoryCounts } = shape;
    this.table = new TableWriter(engine, shape, bins, rowCount);
    this.drawn = sampledRows(rowCount);
    this.samples = names.map((_, feature) => {
      const codes = categoryCounts?.[feature] ?? null;
      return codes === null ? new Float64Array(Math.min(rowCount, SAMPLED_ROWS)) : new Int32Array(codes);
    });
  }

  sample(chunk: FeatureMatrix): void {
    const { drawn } = this;
    const most = Math.min(this.shape.rowCount, SAMPLED_ROWS);
    const firstRow = this.take(chunk);
    const from = this.filled;
    while (this.filled < most && (drawn === null ? this.filled : drawn[this.filled]) < this.firstRow) this.filled++;
    for (const [feature, sample] of this.samples.entries()) {
      const values = chunk.columns[feature];
      if (sample instanceof Int32Array) countCodes(values, sample);
      else
        for (let place = from; place < this.filled; place++)
          sample[place] = values[(drawn === null ? place : drawn[place]) - firstRow];
    }
  }

  cut(): void {
    this.end();
    for (const sample of this.samples) {
      if (sample instanceof Int32Array) this.table.addCategory(sample);
      else this.table.addNumber(sample);
    }
    this.samples.length = 0;
  }

  write(chunk: FeatureMatrix): void {
    const firstRow = this.take(chunk);
    for (const [feature, values] of chunk.columns.entries()) this.table.write(feature, values, firstRow);
  }

  finish(): BinnedTable {
    this.end();
    return this.table.finish();
  }

  /** Position of the first row of the chunk. @throws LEARN_STREAM_BROKEN */
  private take(chunk: FeatureMatrix): number {
    const { rowCount, names } = this.shape;
    const { firstRow } = this;
    const problem = problemOf(chunk, names.length, rowCount - firstRow);
    if (problem !== null) throw errors.STREAM_BROKEN({ problem });
    this.firstRow += chunk.rowCount;
    return firstRow;
  }

  /** A reading ended; the next one begins at row 0. */
  private end(): void {
    const { rowCount } = this.shape;
    const came = this.firstRow;
    if (came !== rowCount) throw errors.STREAM_BROKEN({ problem: `${rowCount} rows were announced, and ${came} came` });
    this.firstRow = 0;
  }
}

function problemOf({ columns, rowCount }: FeatureMatrix, expected: number, rowsLeft: number): string | null {
  if (columns.length !== expected) return `a chunk has ${columns.length} columns instead of ${expected}`;
  if (rowCount > rowsLeft) return `there are ${rowCount - rowsLeft} rows more than were announced`;
  const short = columns.find((values) => values.length !== rowCount);
  return short === undefined ? null : `a column has ${short.length} values in a chunk of ${rowCount} rows`;
}
