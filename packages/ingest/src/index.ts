export { MISSING_MARKERS } from "./contract/missing-markers.js";
export { type BatchChecks, type BatchInput, type BatchReading, readBatch } from "./contract/read-batch.js";
export type { BatchFormat, ByteInput, RejectedRow, SchemaNote } from "./formats/format.js";
export type { DuckLimits } from "./parquet/duckdb.js";
export { readParquet } from "./parquet/read-parquet.js";
export { writeParquet } from "./parquet/write-parquet.js";
