import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { Engine } from "../kernels/load-kernels.js";
import { type BinnedTable, SAMPLED_ROWS, sampledRows, TableWriter } from "./binned-table.js";
import { countCodes } from "./category-bins.js";

/** Rows that are never all in memory at a time. */
export interface MatrixStream {
  readonly rowCount: number;
  readonly names: readonly string[];
  readonly categoryCounts?: readonly (number | null)[];
  /** All rows in chunks, in their order. Called twice; both times it must give the same. */
  chunks(): Iterable<FeatureMatrix>;
}

/**
 * As `binTable`, from rows that come in chunks: the same bins. The first reading samples numbers and counts categories, the
 * second one writes bins. Needs 2 · rows · columns bytes, 8 · 200,000 · columns for the sample, and one chunk.
 *
 * @throws LEARN_STREAM_BROKEN, LEARN_FEATURE_NOT_FINITE, LEARN_TRAINING_MEMORY
 */
export function binStream(engine: Engine, stream: MatrixStream, bins: number): BinnedTable {
  const { rowCount, names, categoryCounts } = stream;
  const table = new TableWriter(engine, stream, bins, rowCount);
  const drawn = sampledRows(rowCount);
  const samples = names.map((_, feature) => {
    const codes = categoryCounts?.[feature] ?? null;
    return codes === null ? new Float64Array(Math.min(rowCount, SAMPLED_ROWS)) : new Int32Array(codes);
  });
  let filled = 0;
  readChunks(stream, ({ columns }, firstRow, rows) => {
    const from = filled;
    while (filled < Math.min(rowCount, SAMPLED_ROWS) && (drawn === null ? filled : drawn[filled]) < firstRow + rows) filled++;
    for (const [feature, sample] of samples.entries()) {
      const values = columns[feature];
      if (sample instanceof Int32Array) countCodes(values, sample);
      else
        for (let place = from; place < filled; place++)
          sample[place] = values[(drawn === null ? place : drawn[place]) - firstRow];
    }
  });
  for (const sample of samples) {
    if (sample instanceof Int32Array) table.addCategory(sample);
    else table.addNumber(sample);
  }
  samples.length = 0;
  readChunks(stream, ({ columns }, firstRow) => {
    for (const [feature, values] of columns.entries()) table.write(feature, values, firstRow);
  });
  return table.finish();
}

function readChunks(stream: MatrixStream, take: (chunk: FeatureMatrix, firstRow: number, rows: number) => void): void {
  const { rowCount, names } = stream;
  let firstRow = 0;
  for (const chunk of stream.chunks()) {
    const rows = chunk.rowCount;
    const problem = problemOf(chunk, names.length, rowCount - firstRow);
    if (problem !== null) throw errors.STREAM_BROKEN({ problem });
    take(chunk, firstRow, rows);
    firstRow += rows;
  }
  if (firstRow !== rowCount) throw errors.STREAM_BROKEN({ problem: `${rowCount} rows were announced, and ${firstRow} came` });
}

function problemOf({ columns, rowCount }: FeatureMatrix, expected: number, rowsLeft: number): string | null {
  if (columns.length !== expected) return `a chunk has ${columns.length} columns instead of ${expected}`;
  if (rowCount > rowsLeft) return `there are ${rowCount - rowsLeft} rows more than were announced`;
  const short = columns.find((values) => values.length !== rowCount);
  return short === undefined ? null : `a column has ${short.length} values in a chunk of ${rowCount} rows`;
}
