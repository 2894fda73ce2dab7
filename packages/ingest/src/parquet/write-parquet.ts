import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import type { Frame, FrameColumn } from "@atalaya/learn";
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, DuckDBDoubleVector, type DuckDBType, VARCHAR } from "@duckdb/node-api";
import { errors } from "../errors.js";
import { type DuckLimits, duckReason, identifier, literal, openDuck } from "./duckdb.js";

const CHUNK_ROWS = 2048;
const ROW_GROUP_ROWS = 122_880;

function typeOf(column: FrameColumn): DuckDBType {
  return column.kind === "category" ? VARCHAR : DOUBLE;
}

/** The stored column as the type that other programs expect. */
function selectOf(name: string, column: FrameColumn, position: number): string {
  const stored = `c${position}`;
  const sql = {
    category: stored,
    number: stored,
    boolean: `${stored} <> 0`,
    // Microseconds: the finest that the format and every reader of it share. A double cannot hold them after the year 2255.
    time: `make_timestamp(CAST(floor(${stored}) AS BIGINT) * 1000 + CAST(round((${stored} - floor(${stored})) * 1000) AS BIGINT))`,
  }[column.kind];
  return `${sql} AS ${identifier(name)}`;
}

function fill(chunk: DuckDBDataChunk, position: number, column: FrameColumn, start: number, rows: number): void {
  const vector = chunk.getColumnVector(position);
  if (column.kind !== "category" && vector instanceof DuckDBDoubleVector) {
    for (let row = 0; row < rows; row++) {
      const value = column.values[start + row]!;
      vector.setItem(row, Number.isNaN(value) ? null : value);
    }
    vector.flush();
    return;
  }
  if (column.kind !== "category") return;
  const texts: (string | null)[] = [];
  for (let row = start; row < start + rows; row++) texts.push(column.levels[column.codes[row]!] ?? null);
  chunk.setColumnValues(position, texts);
}

async function load(connection: DuckDBConnection, frame: Frame): Promise<void> {
  const columns = [...frame.columns.values()];
  const declared = columns.map((column, position) => `c${position} ${column.kind === "category" ? "VARCHAR" : "DOUBLE"}`);
  await connection.run(`CREATE TABLE frame (${declared.join(", ")})`);
  const appender = await connection.createAppender("frame");
  const types = columns.map(typeOf);
  for (let start = 0; start < frame.rowCount; start += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, frame.rowCount - start);
    const chunk = DuckDBDataChunk.create(types, rows);
    columns.forEach((column, position) => {
      fill(chunk, position, column, start, rows);
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
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
    await load(duck.connection, frame);
    const list = [...frame.columns].map(([name, column], position) => selectOf(name, column, position)).join(", ");
    const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}`;
    await duck.connection.run(`COPY (SELECT ${list} FROM frame) TO ${literal(partial)} (${options})`);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw errors.PARQUET_WRITE({ file: path, because: duckReason(error) }, error);
  } finally {
    await duck.close();
  }
}
