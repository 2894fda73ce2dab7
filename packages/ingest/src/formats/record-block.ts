import type { RejectedRow } from "./format.js";

/**
 * A run of records as cells of text. Views are valid until the next block is asked for: readers reuse their memory.
 * Every record has exactly `fields.length` cells; records that have not are in `rejected`.
 */
export interface TextBlock {
  readonly kind: "text";
  /** Names of the columns in the source. The same array as in the block before when the header has not changed. */
  readonly fields: readonly string[];
  readonly recordCount: number;
  readonly bytes: Buffer;
  /** Cell [record * fields.length + field] is bytes[start … end). */
  readonly cellStarts: Int32Array;
  readonly cellEnds: Int32Array;
  /** The whole record, as it came, is bytes[start … end). */
  readonly recordStarts: Int32Array;
  readonly recordEnds: Int32Array;
  readonly lines: Uint32Array;
  /** Texts that mean missing besides the empty one; null: those of the contract. */
  readonly missing: readonly string[] | null;
  readonly rejected: readonly RejectedRow[];
}

/** One column of a value block. `numbers`: NaN is missing. `times`: milliseconds since 1970. */
export type ValueColumn =
  | { readonly kind: "numbers"; readonly values: Float64Array }
  | { readonly kind: "times"; readonly values: Float64Array }
  | { readonly kind: "texts"; readonly values: readonly (string | null)[] }
  | { readonly kind: "values"; readonly values: readonly unknown[] };

/** A run of records as typed values: JSON and Parquet. */
export interface ValueBlock {
  readonly kind: "values";
  readonly recordCount: number;
  readonly lines: Uint32Array;
  /** Names of the columns that occur in the block. */
  readonly names: readonly string[];
  /** The column of this name; null where no record of the block has it. */
  readonly column: (name: string) => ValueColumn | null;
  /** The record as text, for quarantine. */
  readonly textOf: (record: number) => string;
  readonly rejected: readonly RejectedRow[];
}

export type RecordBlock = TextBlock | ValueBlock;
