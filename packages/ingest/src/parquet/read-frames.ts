import { CategoryColumnBuilder, type Frame, type FrameColumn, NumericColumnBuilder, nearestName } from "@atalaya/learn";
import { errors } from "../errors.js";
import { type DuckLimits, openDuck } from "./duckdb.js";
import { describeParquet, type ScannedChunk, scanParquet } from "./parquet-scan.js";
import { type SelectedColumn, selectColumn } from "./select-list.js";

/** What a reader that never holds many rows needs of DuckDB. */
const STREAMING: DuckLimits = { memoryMib: 256, threads: 1 };

/**
 * Reads a Parquet file into a frame without any contract: numbers, booleans, times and, for everything else, categories.
 * For files that `writeParquet` wrote: it gives back an equal frame.
 *
 * @param columns names, or columns of a dataset, in the order of the frame; absent: all
 * @throws INGEST_PARQUET_UNREADABLE, INGEST_MISSING_COLUMN
 */
export async function readParquet(
  path: string,
  columns?: readonly (string | { readonly name: string })[],
  limits?: DuckLimits,
): Promise<Frame> {
  const names = columns?.map((column) => (typeof column === "string" ? column : column.name));
  for await (const frame of readParquetFrames(path, names, Number.POSITIVE_INFINITY, limits)) return frame;
  return { rowCount: 0, columns: new Map() };
}

/**
 * As `readParquet`, in frames of so many rows (or a few more): for a file that memory does not hold. Each frame has
 * dictionaries of its own. At least one frame comes.
 *
 * @param names of columns, in the order of the frames; absent: all
 */
export async function* readParquetFrames(
  path: string,
  names: readonly string[] | undefined,
  rowsAtOnce: number,
  limits: DuckLimits = STREAMING,
): AsyncGenerator<Frame> {
  const duck = await openDuck(limits);
  try {
    const types = await describeParquet(duck, path, path);
    const wanted = names ?? [...types.keys()];
    const selected = wanted.map((name) => {
      const type = types.get(name);
      if (type !== undefined) return selectColumn(name, type, null);
      const found = [...types.keys()];
      const near = nearestName(name, found);
      throw errors.MISSING_COLUMN({ file: path, column: name, from: [name], near: near === null ? [] : [near], found });
    });
    let gathered = new GatheredFrame(selected);
    let isFirst = true;
    for await (const chunk of scanParquet(duck, path, path, selected)) {
      gathered.add(chunk);
      if (gathered.rowCount < rowsAtOnce) continue;
      yield gathered.build();
      isFirst = false;
      gathered = new GatheredFrame(selected);
    }
    if (gathered.rowCount > 0 || isFirst) yield gathered.build();
  } finally {
    await duck.close();
  }
}

class GatheredFrame {
  rowCount = 0;
  readonly #columns: readonly GatheredColumn[];

  constructor(readonly selected: readonly SelectedColumn[]) {
    this.#columns = selected.map(({ kind }) => new GatheredColumn(kind));
  }

  add(chunk: ScannedChunk): void {
    this.rowCount += chunk.rowCount;
    for (const [position, values] of chunk.columns.entries()) this.#columns[position]!.add(values);
  }

  build(): Frame {
    const columns = this.selected.map(({ name }, position) => [name, this.#columns[position]!.build()] as const);
    return { rowCount: this.rowCount, columns: new Map(columns) };
  }
}

class GatheredColumn {
  readonly #numbers: NumericColumnBuilder | null;
  readonly #texts = new CategoryColumnBuilder();

  constructor(kind: SelectedColumn["kind"]) {
    const kinds = { numbers: "number", booleans: "boolean", times: "time", texts: null } as const;
    const numeric = kinds[kind];
    this.#numbers = numeric === null ? null : new NumericColumnBuilder(numeric);
  }

  add(values: ScannedChunk["columns"][number]): void {
    for (const value of values) {
      if (typeof value === "number") this.#numbers?.push(value);
      else if (value === null) this.#texts.pushMissing();
      else this.#texts.push(value);
    }
  }

  build(): FrameColumn {
    return (this.#numbers ?? this.#texts).build();
  }
}
