import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import type { Frame, FrameColumn } from "@atalaya/learn";
import {
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  ENUM,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { errors } from "../errors.js";
import { type DuckLimits, duckReason, identifier, literal, openDuck } from "./duckdb.js";
import { canLoadTexts, inlineTexts, loadTexts, MISSING } from "./load-texts.js";

type CategoryColumn = Extract<FrameColumn, { kind: "category" }>;
type NumericColumn = Exclude<FrameColumn, CategoryColumn>;

const CHUNK_ROWS = 2048;
const ROW_GROUP_ROWS = 122_880;
/** Levels from which on the rows' own texts are quicker than a type that names all levels: short texts, and any. */
const MOST_NAMED_SHORT = 5_000;
const MOST_NAMED = 20_000;

/** A column as the database is given it: numbers row by row, copied chunk by chunk. */
interface LoadedColumn {
  readonly type: DuckDBType;
  /** As many numbers for each row as it takes to fill its place in memory. */
  readonly values: Float64Array | Int32Array | Uint16Array | Uint8Array;
  /** Gives the column back as the type that other programs expect. */
  readonly sql: string;
}

/** Numbers come in as NaN where they are missing. */
function loadedNumbers(name: string, { kind, values }: NumericColumn, stored: string): LoadedColumn {
  const known = `CASE WHEN isnan(${stored}) THEN NULL ELSE ${stored} END`;
  const sql = {
    number: known,
    boolean: `${known} <> 0`,
    // Microseconds: the finest that the format and every reader of it share. A double cannot hold them after the year 2255.
    time: `CASE WHEN isnan(${stored}) THEN NULL ELSE make_timestamp(CAST(floor(${stored}) AS BIGINT) * 1000 + CAST(round((${stored} - floor(${stored})) * 1000) AS BIGINT)) END`,
  }[kind];
  return { type: DOUBLE, values, sql: `${sql} AS ${identifier(name)}` };
}

/** Codes of a type that names the levels, and behind them one that stands for a missing value. */
function loadedLevels(name: string, { codes, levels }: CategoryColumn, stored: string): LoadedColumn {
  const missing = levels.length;
  // As wide as the database itself makes a type of so many names.
  const values = new (missing + 1 <= 255 ? Uint8Array : Uint16Array)(codes.length);
  for (let row = 0; row < codes.length; row++) values[row] = codes[row]! < 0 ? missing : codes[row]!;
  return { type: ENUM([...levels, MISSING]), values, sql: `nullif(${stored}, ${literal(MISSING)}) AS ${identifier(name)}` };
}

/** Short texts as the database holds them; null: some are longer. */
function loadedTexts(name: string, column: CategoryColumn, stored: string): LoadedColumn | null {
  const values = inlineTexts(column);
  if (values === null) return null;
  return { type: VARCHAR, values, sql: `nullif(${stored}, ${literal(MISSING)}) AS ${identifier(name)}` };
}

/** Codes, -1 where a value is missing, with the levels in a list that is looked up: for any text. */
async function loadedCodes(
  connection: DuckDBConnection,
  name: string,
  { codes, levels }: CategoryColumn,
  position: number,
): Promise<LoadedColumn> {
  await loadLevels(connection, levels, position);
  // Position 0 of a list is nothing: a missing value.
  const sql = `CAST(getvariable('levels${position}')[c${position} + 1] AS VARCHAR) AS ${identifier(name)}`;
  return { type: INTEGER, values: codes, sql };
}

/** null: its texts are many and long, and go over as one. */
async function loadedColumn(
  connection: DuckDBConnection,
  name: string,
  column: FrameColumn,
  position: number,
): Promise<LoadedColumn | null> {
  const stored = `c${position}`;
  if (column.kind !== "category") return loadedNumbers(name, column, stored);
  if (!canLoadTexts(column)) return loadedCodes(connection, name, column, position);
  const isShort = column.levels.length > MOST_NAMED_SHORT;
  const texts = isShort ? loadedTexts(name, column, stored) : null;
  return texts ?? (column.levels.length <= MOST_NAMED ? loadedLevels(name, column, stored) : null);
}

/** Loads all columns. Returns the query that gives them back, in the order of rows. */
async function load(connection: DuckDBConnection, frame: Frame): Promise<string> {
  const tables: string[] = [];
  const list: string[] = [];
  const loaded = new Map<number, LoadedColumn>();
  for (const [position, [name, column]] of [...frame.columns].entries()) {
    const own = await loadedColumn(connection, name, column, position);
    if (own === null && column.kind === "category") {
      await loadTexts(connection, `texts${position}`, column);
      tables.push(`texts${position}`);
    } else if (own !== null) loaded.set(position, own);
    list.push(own?.sql ?? `texts${position}.t AS ${identifier(name)}`);
  }
  if (loaded.size > 0) {
    await loadNumbers(connection, frame.rowCount, loaded);
    tables.unshift("frame");
  }
  // Side by side, row by row.
  return `SELECT ${list.join(", ")} FROM ${tables.join(" POSITIONAL JOIN ")}`;
}

async function loadNumbers(
  connection: DuckDBConnection,
  rowCount: number,
  columns: ReadonlyMap<number, LoadedColumn>,
): Promise<void> {
  const declared = Array.from(columns, ([position, { type }]) => `c${position} ${type.toString()}`);
  await connection.run(`CREATE TABLE frame (${declared.join(", ")})`);
  const appender = await connection.createAppender("frame");
  // One chunk for all rows: making one names all levels again.
  const chunk = DuckDBDataChunk.create(Array.from(columns.values(), ({ type }) => type));
  inChunks(rowCount, (start, rows) => {
    chunk.reset();
    chunk.rowCount = rows;
    let place = 0;
    for (const { values } of columns.values()) {
      const { buffer, byteOffset, byteLength } = values;
      const size = byteLength / rowCount;
      // The typed vectors of the library would copy out, set one by one, and copy in.
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, place++);
      duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset + start * size, rows * size);
    }
    appender.appendDataChunk(chunk);
  });
  appender.closeSync();
}

/** The levels of a column as a list that the query looks its codes up in. */
async function loadLevels(connection: DuckDBConnection, levels: readonly string[], position: number): Promise<void> {
  const table = `levels${position}`;
  await connection.run(`CREATE TABLE ${table} (code INTEGER, level VARCHAR)`);
  const appender: DuckDBAppender = await connection.createAppender(table);
  inChunks(levels.length, (start, rows) => {
    const chunk = DuckDBDataChunk.create([INTEGER, VARCHAR], rows);
    chunk.setColumnValues(
      0,
      Array.from({ length: rows }, (_, row) => start + row),
    );
    chunk.setColumnValues(1, levels.slice(start, start + rows));
    appender.appendDataChunk(chunk);
  });
  appender.closeSync();
  await connection.run(`SET VARIABLE ${table} = (SELECT list(level ORDER BY code) FROM ${table})`);
  await connection.run(`DROP TABLE ${table}`);
}

function inChunks(count: number, work: (start: number, rows: number) => void): void {
  for (let start = 0; start < count; start += CHUNK_ROWS) work(start, Math.min(CHUNK_ROWS, count - start));
}

/**
 * Writes a frame as a Parquet file (zstd). Equal frames give equal bytes: one thread, no time stamp. The file appears under
 * its name when it is whole.
 *
 * A column is DOUBLE, BOOLEAN, TIMESTAMP (microseconds, UTC) or text; missing is NULL. Levels without a row are not kept, so a
 * frame comes back equal when its levels are in the order of first appearance, as ingest makes them.
 *
 * @throws INGEST_PARQUET_WRITE
 */
export async function writeParquet(frame: Frame, path: string, limits: DuckLimits = {}): Promise<void> {
  const names = [...frame.columns.keys()];
  const folded = new Set(names.map((name) => name.toLowerCase()));
  if (names.length === 0) throw errors.PARQUET_WRITE({ file: path, because: "the frame has no column" });
  if (folded.size < names.length)
    throw errors.PARQUET_WRITE({ file: path, because: "two columns differ only in upper and lower case" });
  const duck = await openDuck({ ...limits, threads: 1 });
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const query = await load(duck.connection, frame);
    const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}`;
    await duck.connection.run(`COPY (${query}) TO ${literal(partial)} (${options})`);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw errors.PARQUET_WRITE({ file: path, because: duckReason(error) }, error);
  } finally {
    await duck.close();
  }
}
