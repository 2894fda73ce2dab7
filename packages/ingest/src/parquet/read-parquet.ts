import { createWriteStream } from "node:fs";
import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ColumnSchema } from "@atalaya/learn";
import type { ByteChunks } from "../formats/byte-chunks.js";
import { type ByteInput, MOST_TEXT } from "../formats/format.js";
import type { ValueBlock, ValueColumn } from "../formats/record-block.js";
import { type Duck, openDuck } from "./duckdb.js";
import { describeParquet, type ScannedChunk, scanParquet } from "./parquet-scan.js";
import { type SelectedColumn, selectColumn } from "./select-list.js";

/** Characters that DuckDB reads as a pattern of several files. */
const PATTERN = /[*?[\]{}]/;

/** A local path that DuckDB reads as one file: the input's own, or a staged copy. */
async function stage(duck: Duck, input: ByteInput, source: ByteChunks): Promise<string> {
  if (input.path !== undefined && !source.isCompressed) {
    await source.chunks[Symbol.asyncIterator]().return?.();
    const path = resolve(input.path);
    if (!PATTERN.test(path)) return path;
    const link = join(duck.folder, "input.parquet");
    await symlink(path, link);
    return link;
  }
  const copy = join(duck.folder, "input.parquet");
  await pipeline(Readable.from(source.chunks), createWriteStream(copy));
  return copy;
}

function wantedColumns(types: ReadonlyMap<string, string>, columns: readonly ColumnSchema[] | null): SelectedColumn[] {
  if (columns === null) return [...types].map(([name, type]) => selectColumn(name, type, null));
  const selected = new Map<string, SelectedColumn>();
  for (const column of columns) {
    const names = column.from.length > 0 ? column.from : [column.name];
    const name = names.find((candidate) => types.has(candidate));
    if (name !== undefined) selected.set(name, selectColumn(name, types.get(name)!, column.type));
  }
  return [...selected.values()];
}

function valueColumn(kind: SelectedColumn["kind"], values: ScannedChunk["columns"][number]): ValueColumn {
  if (values instanceof Float64Array) return kind === "times" ? { kind: "times", values } : { kind: "numbers", values };
  return { kind: "texts", values };
}

function cellOf(column: SelectedColumn, values: ScannedChunk["columns"][number], record: number): unknown {
  const value = values[record];
  if (typeof value !== "number") return value ?? null;
  if (Number.isNaN(value)) return null;
  if (column.kind === "booleans") return value !== 0;
  return column.kind === "times" && Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : value;
}

function blockOf(
  names: readonly string[],
  selected: readonly SelectedColumn[],
  chunk: ScannedChunk,
  firstRow: number,
): ValueBlock {
  const column = (name: string): ValueColumn | null => {
    const position = selected.findIndex((candidate) => candidate.name === name);
    const values = chunk.columns[position];
    return values === undefined ? null : valueColumn(selected[position]!.kind, values);
  };
  const textOf = (record: number): string => {
    const row = selected.map((one, position) => [one.name, cellOf(one, chunk.columns[position]!, record)] as const);
    return JSON.stringify(Object.fromEntries(row)).slice(0, MOST_TEXT);
  };
  const lines = Uint32Array.from({ length: chunk.rowCount }, (_, record) => firstRow + record);
  return { kind: "values", recordCount: chunk.rowCount, lines, names, column, textOf, rejected: [] };
}

/**
 * Reads a Parquet file as blocks of values; a row's line is its position, from 1. The text of a rejected row holds the
 * columns of the dataset only.
 *
 * @param columns of the dataset: only these are read; null: all
 * @throws INGEST_PARQUET_UNREADABLE
 */
export async function* readParquetBlocks(
  input: ByteInput,
  source: ByteChunks,
  columns: readonly ColumnSchema[] | null,
): AsyncGenerator<ValueBlock> {
  const duck = await openDuck();
  try {
    const path = await stage(duck, input, source);
    const types = await describeParquet(duck, input.name, path);
    const selected = wantedColumns(types, columns);
    const names = [...types.keys()];
    let row = 1;
    for await (const chunk of scanParquet(duck, input.name, path, selected)) {
      yield blockOf(names, selected, chunk, row);
      row += chunk.rowCount;
    }
    // The names of a file without rows are known too.
    if (row === 1) yield blockOf(names, selected, { rowCount: 0, columns: selected.map(() => []) }, 1);
  } finally {
    await duck.close();
  }
}
