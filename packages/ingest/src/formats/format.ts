import type { FileFormat } from "@atalaya/define";

/** `json` is one document (an array, or an object with `data`); the rest are the formats that a source can declare. */
export type BatchFormat = FileFormat | "json";

/** Bytes to read: in memory, or a local file. `name` is what messages call it. */
export interface ByteInput {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly path?: string;
}

/** Something that was noticed and that people should know, but that is no error. */
export interface SchemaNote {
  readonly kind: "missingColumn" | "extraColumns" | "cut" | "headerLooksLikeData" | "repeatedHeader";
  readonly message: string;
}

/** A record that was not accepted. */
export interface RejectedRow {
  /** Physical line where the record begins, from 1; position of the row, from 1, where a format has no lines (JSON documents, Parquet). */
  readonly line: number;
  /** Name of the column in the dataset; null when the record as a whole is at fault. */
  readonly column: string | null;
  /** Why, without the value: rows with the same fault have the same reason. */
  readonly reason: string;
  /** The value at fault, cut at 200 characters; null when the record as a whole is at fault or the value is missing. */
  readonly value: string | null;
  /** The record as it came, cut at 2,000 characters. */
  readonly text: string;
}

export const MOST_TEXT = 2_000;
export const MOST_VALUE = 200;
