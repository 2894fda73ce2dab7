export type { BatchPart } from "./contract/contract-reader.js";
export { MISSING_MARKERS } from "./contract/missing-markers.js";
export {
  type BatchChecks,
  type BatchFacts,
  type BatchInput,
  type BatchParts,
  type BatchReading,
  readBatch,
  readBatchParts,
} from "./contract/read-batch.js";
export { type CameRow, readRows } from "./contract/read-rows.js";
export type { BatchFormat, ByteInput, RejectedRow, SchemaNote } from "./formats/format.js";
export { type FileInspection, inspectFile } from "./inspect/inspect-file.js";
export type { ProposedColumn } from "./inspect/propose-column.js";
export type { DuckLimits } from "./parquet/duckdb.js";
export { readParquet, readParquetFrames } from "./parquet/read-frames.js";
export { writeParquet } from "./parquet/write-parquet.js";
export { parseDrift, type ReplayDrift, type ReplayFaults } from "./replay/faults.js";
export { type ReplayOptions, type ReplayServer, startReplayServer } from "./replay/replay-server.js";
export { sourceIdentity } from "./sources/address.js";
export { openSource } from "./sources/open-source.js";
export type { HttpLimits, RawBatch, SourceClock, SourceContext } from "./sources/raw-batch.js";
export type * from "./sources/remote-places.js";
