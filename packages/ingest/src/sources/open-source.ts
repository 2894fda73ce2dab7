import type { SourceDefinition } from "@atalaya/define";
import { isBucket } from "./address.js";
import { bucketFiles } from "./bucket-files.js";
import { fileBatches } from "./files.js";
import { httpBatches } from "./http-batches.js";
import { postgresRows } from "./postgres-rows.js";
import type { RawBatch, SourceContext } from "./raw-batch.js";

/**
 * The batches of a source that were not taken before, one after the other: the next one is asked for when the one before has
 * been dealt with.
 *
 * @throws INGEST_SOURCE_*, INGEST_FILE_* and what the port to buckets and databases throws; errors name the address without credentials
 */
export function openSource(source: SourceDefinition, context: SourceContext): AsyncIterable<RawBatch> {
  switch (source.kind) {
    case "httpBatches":
      return httpBatches(source, context);
    case "postgresRows":
      return postgresRows(source, context);
    case "files":
      return isBucket(context.address(source.url.setting)) ? bucketFiles(source, context) : fileBatches(source, context);
  }
}
