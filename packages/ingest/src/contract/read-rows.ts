import type { RecordBlock, ValueColumn } from "../formats/record-block.js";
import { type BatchInput, openRecords } from "./read-batch.js";

/** One record as it came: its values by the names of the source, or its text where it is malformed. */
export interface CameRow {
  readonly line: number;
  readonly row: Readonly<Record<string, unknown>> | string;
}

/**
 * Every record of an input, in its own names and before any contract, malformed ones as text; in bounded memory.
 *
 * @throws INGEST_* when the input as a whole cannot be read
 */
export async function* readRows(input: BatchInput): AsyncGenerator<CameRow> {
  const { blocks } = await openRecords(input, null, []);
  for await (const block of blocks) {
    const rows: CameRow[] = block.rejected.map(({ line, text }) => ({ line, row: text }));
    const valuesOf = cellsOf(block);
    for (let record = 0; record < block.recordCount; record++) {
      rows.push({ line: block.lines[record]!, row: Object.fromEntries(valuesOf(record)) });
    }
    yield* rows.sort((left, right) => left.line - right.line);
  }
}

type Cells = readonly (readonly [name: string, value: unknown])[];

function cellsOf(block: RecordBlock): (record: number) => Cells {
  if (block.kind === "text") {
    return (record) =>
      block.fields.map((name, field) => {
        const cell = record * block.fields.length + field;
        const start = block.cellStarts[cell]!;
        const end = block.cellEnds[cell]!;
        return [name, start === end ? null : block.bytes.toString("utf8", start, end)];
      });
  }
  const columns = block.names.map((name) => [name, block.column(name)] as const);
  return (record) => columns.map(([name, column]) => [name, column === null ? null : cellOf(column, record)]);
}

function cellOf({ kind, values }: ValueColumn, record: number): unknown {
  const value = values[record] ?? null;
  if (typeof value === "number" && Number.isNaN(value)) return null;
  return kind === "times" && value !== null ? new Date(Number(value)).toISOString() : value;
}
