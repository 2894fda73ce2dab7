import type { SourceDefinition } from "@atalaya/define";
import { fileBatches } from "./files.js";
import { httpBatches } from "./http-batches.js";
import type { RawBatch, SourceContext } from "./raw-batch.js";

/**
 * The batches of a source that were not taken before, one after the other: the next one is asked for when the one before has
 * been dealt with.
 *
 * @throws INGEST_SOURCE_* and INGEST_FILE_*; errors name the address without credentials
 */
export function openSource(source: SourceDefinition, context: SourceContext): AsyncIterable<RawBatch> {
  return source.kind === "files" ? fileBatches(source, context) : httpBatches(source, context);
}
