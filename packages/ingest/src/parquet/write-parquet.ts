import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import type { Frame, FrameColumn } from "@atalaya/learn";
import {
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import { errors } from "../errors.js";
import { type DuckLimits, duckReason, identifier, literal, openDuck } from "./duckdb.js";
import { canLoadTexts, loadTexts } from "./load-texts.js";

const CHUNK_ROWS = 2048;
const ROW_GROUP_ROWS = 122_880;
/** Levels from which on the rows' own texts are quicker than a list of levels, which is unfolded for every chunk of rows. */
const MOST_LISTED = 20_000;

/** The stored column as the type that other programs expect. Numbers come in as NaN where they are missing, codes as -1. */
function selectOf(name: string, column: FrameColumn, position: number): string {
  const stored = `c${position}`;
  const known = `CASE WHEN isnan(${stored}) THEN NULL ELSE ${stored} END`;
  const sql = {
    // Position 0 of a list is nothing: a missing value.
    category: `CAST(getvariable('levels${position}')[${stored} + 1] AS VARCHAR)`,
    number: known,
    boolean: `${known} <> 0`,
    // Microseconds: the finest that the format and every reader of it share. A double cannot hold them after the year 2255.
    time: `CASE WHEN isnan(${stored}) THEN NULL ELSE make_timestamp(CAST(floor(${stored}) AS BIGINT) * 1000 + CAST(round((${stored} - floor(${stored})) * 1000) AS BIGINT)) END`,
  }[column.kind];
  return `${sql} AS ${identifier(name)}`;
}

/** Copies rows of a column into a chunk. No value is null here: setting nulls one by one costs more than all the rest. */
function fill(chunk: DuckDBDataChunk, position: number, column: FrameColumn, start: number, rows: number): void {
  const vector = chunk.getColumnVector(position);
  if (column.kind === "category" && vector instanceof DuckDBIntegerVector) {
    for (let row = 0; row < rows; row++) vector.setItem(row, column.codes[start + row]!);
    vector.flush();
  }
  if (column.kind !== "category" && vector instanceof DuckDBDoubleVector) {
    for (let row = 0; row < rows; row++) vector.setItem(row, column.values[start + row]!);
    vector.flush();
  }
}

/** Loads all columns, as codes with a list of levels or as the rows' texts. Returns the query that gives them back. */
async function load(connection: DuckDBConnection, frame: Frame): Promise<string> {
  const tables: string[] = [];
  const list: string[] = [];
  const coded: [position: number, column: FrameColumn][] = [];
  for (const [position, [name, column]] of [...frame.columns].entries()) {
    if (column.kind === "category" && column.levels.length > MOST_LISTED && canLoadTexts(column)) {
      await loadTexts(connection, `texts${position}`, column);
      tables.push(`texts${position}`);
      list.push(`texts${position}.t AS ${identifier(name)}`);
    } else {
      if (column.kind === "category") await loadLevels(connection, column.levels, position);
      coded.push([position, column]);
      list.push(selectOf(name, column, position));
    }
  }
  if (coded.length > 0) {
    await loadCoded(connection, frame.rowCount, coded);
    tables.unshift("frame");
  }
  // Side by side, row by row.
  return `SELECT ${list.join(", ")} FROM ${tables.join(" POSITIONAL JOIN ")}`;
}

async function loadCoded(
  connection: DuckDBConnection,
  rowCount: number,
  columns: readonly (readonly [position: number, column: FrameColumn])[],
): Promise<void> {
  const declared = columns.map(([position, { kind }]) => `c${position} ${kind === "category" ? "INTEGER" : "DOUBLE"}`);
  await connection.run(`CREATE TABLE frame (${declared.join(", ")})`);
  const appender = await connection.createAppender("frame");
  const types = columns.map(([, { kind }]) => (kind === "category" ? INTEGER : DOUBLE));
  inChunks(rowCount, (start, rows) => {
    const chunk = DuckDBDataChunk.create(types, rows);
    columns.forEach(([, column], place) => {
      fill(chunk, place, column, start, rows);
    });
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
