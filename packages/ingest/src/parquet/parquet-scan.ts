import { type DuckDBDataChunk, DuckDBDoubleVector } from "@duckdb/node-api";
import { errors } from "../errors.js";
import { type Duck, duckReason, literal } from "./duckdb.js";
import type { SelectedColumn } from "./select-list.js";

/** Columns of a Parquet file with their DuckDB types. */
export async function describeParquet(duck: Duck, file: string, path: string): Promise<ReadonlyMap<string, string>> {
  try {
    const result = await duck.connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scanOf(path)}`);
    return new Map(result.getRows().map((row) => [String(row[0]), String(row[1])]));
  } catch (error) {
    throw errors.PARQUET_UNREADABLE({ file, because: duckReason(error) }, error);
  }
}

function scanOf(path: string): string {
  return `read_parquet(${literal(path)}, binary_as_string = true)`;
}

/** One run of rows: a Float64Array (NaN is missing) or texts, by selected column. */
export interface ScannedChunk {
  readonly rowCount: number;
  readonly columns: readonly (Float64Array | readonly (string | null)[])[];
}

function columnOf(chunk: DuckDBDataChunk, position: number): Float64Array | readonly (string | null)[] {
  const vector = chunk.getColumnVector(position);
  if (vector instanceof DuckDBDoubleVector) {
    const values = new Float64Array(chunk.rowCount);
    for (let row = 0; row < values.length; row++) values[row] = vector.getItem(row) ?? Number.NaN;
    return values;
  }
  return chunk.getColumnValues(position).map((value) => (value === null ? null : String(value)));
}

/** Reads the selected columns in file order, about 2,000 rows a time. */
export async function* scanParquet(
  duck: Duck,
  file: string,
  path: string,
  selected: readonly SelectedColumn[],
): AsyncGenerator<ScannedChunk> {
  const list = selected.length === 0 ? "1" : selected.map((column, at) => `${column.sql} AS c${at}`).join(", ");
  try {
    const result = await duck.connection.stream(`SELECT ${list} FROM ${scanOf(path)}`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      yield { rowCount: chunk.rowCount, columns: selected.map((_, position) => columnOf(chunk, position)) };
    }
  } catch (error) {
    throw errors.PARQUET_UNREADABLE({ file, because: duckReason(error) }, error);
  }
}
