import type { ColumnSchema } from "@atalaya/learn";
import { readDelimited } from "../delimited/read-delimited.js";
import { errors } from "../errors.js";
import { type ByteChunks, openBytes } from "../formats/byte-chunks.js";
import { detectFormat } from "../formats/detect-format.js";
import type { BatchFormat, ByteInput, SchemaNote } from "../formats/format.js";
import type { RecordBlock } from "../formats/record-block.js";
import { readJson } from "../json/read-json.js";
import { readJsonLines } from "../json/read-json-lines.js";
import { readParquetBlocks } from "../parquet/read-parquet.js";
import { readZeek } from "../zeek/read-zeek.js";
import { type BatchPart, ContractReader } from "./contract-reader.js";
import { MISSING_MARKERS } from "./missing-markers.js";

export interface BatchInput extends ByteInput {
  /** Absent or null: by the first bytes, the media type and the name. */
  readonly format?: BatchFormat | null;
  readonly mediaType?: string;
  /** Names of the columns of a delimited text without header line. */
  readonly header?: readonly string[] | null;
  /** Of a delimited text; absent: detected. */
  readonly delimiter?: string | null;
}

export interface BatchChecks {
  /** Columns that identify a row: the second row with the same values is rejected. */
  readonly unique?: readonly string[];
  /** Texts that mean missing besides the empty one; absent: `MISSING_MARKERS`. A Zeek log names its own. */
  readonly missing?: readonly string[];
}

/** What is known of a batch when all of it was read. */
export interface BatchFacts {
  readonly format: BatchFormat;
  /** Records in the source: always accepted.rowCount + rejected.length, of all parts. */
  readonly read: number;
  readonly notes: readonly SchemaNote[];
}

export interface BatchReading extends BatchFacts, BatchPart {}

export interface BatchParts {
  /** A part is given when so many rows are judged; it may have some more. */
  readonly rowsAtOnce: number;
  /** Called for each part in its order, at least once; the next is read when it has resolved. */
  readonly onPart: (part: BatchPart) => void | Promise<void>;
}

/** Records of an input in its own format, before any contract. */
export interface OpenRecords {
  readonly format: BatchFormat;
  readonly blocks: AsyncGenerator<RecordBlock>;
  readonly cut: { readonly because: string | null };
}

function blocksOf(
  format: BatchFormat,
  input: BatchInput,
  source: ByteChunks,
  columns: readonly ColumnSchema[] | null,
  notes: SchemaNote[],
): AsyncGenerator<RecordBlock> {
  const { name, header = null, delimiter = null } = input;
  switch (format) {
    case "csv":
      return readDelimited(name, source, { delimiter, header }, notes);
    case "tsv":
      return readDelimited(name, source, { delimiter: delimiter ?? "\t", header }, notes);
    case "zeek":
      return readZeek(name, source, notes);
    case "jsonl":
      return readJsonLines(name, source);
    case "json":
      return readJson(name, source);
    case "parquet":
      return readParquetBlocks(input, source, columns);
  }
}

/** Opens an input of any format as blocks of records. `columns`: those that are wanted, null: all. */
export async function openRecords(
  input: BatchInput,
  columns: readonly ColumnSchema[] | null,
  notes: SchemaNote[],
): Promise<OpenRecords> {
  const source = await openBytes(input);
  if (source.head.length === 0) throw errors.NO_HEADER({ file: input.name });
  const format = detectFormat(input, source.head);
  return { format, blocks: blocksOf(format, input, source, columns, notes), cut: source.cut };
}

/**
 * Reads a batch by the contract of its dataset: accepted rows as a frame, every other row with line and reason.
 *
 * One pass in bounded memory besides the result. Cost: about 1 µs a row of 12 columns of delimited text.
 *
 * @throws INGEST_* when the input as a whole cannot be read; the error names the file, the line where there is one, and the cure
 */
export async function readBatch(
  input: BatchInput,
  columns: readonly ColumnSchema[],
  checks: BatchChecks = {},
): Promise<BatchReading> {
  const parts: BatchPart[] = [];
  const onPart = (part: BatchPart): void => {
    parts.push(part);
  };
  const facts = await readBatchParts(input, columns, checks, { rowsAtOnce: Number.POSITIVE_INFINITY, onPart });
  return { ...facts, ...parts[0]! };
}

/**
 * As `readBatch`, in parts of bounded size: for a batch that memory does not hold. The memory that it needs beside a part is
 * that of the columns of `unique`, each of whose values it remembers.
 *
 * @throws as `readBatch`, also after parts were given: nothing of the batch counts then
 */
export async function readBatchParts(
  input: BatchInput,
  columns: readonly ColumnSchema[],
  checks: BatchChecks,
  { rowsAtOnce, onPart }: BatchParts,
): Promise<BatchFacts> {
  const notes: SchemaNote[] = [];
  const { unique = [], missing = MISSING_MARKERS } = checks;
  const records = await openRecords(input, columns, notes);
  const contract = new ContractReader(input.name, columns, notes, { unique, missing });
  for await (const block of records.blocks) {
    contract.add(block);
    if (contract.waiting >= rowsAtOnce) await onPart(contract.take());
  }
  contract.checkColumns();
  const { read } = contract;
  // A batch without rows has one part all the same, which has the columns.
  if (contract.waiting > 0 || read === 0) await onPart(contract.take());
  if (records.cut.because !== null) {
    notes.push({
      kind: "cut",
      message: `${input.name}: ${records.cut.because}; the rows before the cut were read, what came behind is lost.`,
    });
  }
  return { format: records.format, read, notes };
}
