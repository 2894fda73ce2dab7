import type { PipelineDefinition } from "@atalaya/define";
import type { Target } from "@atalaya/learn";
import { RowStream } from "../rows/row-stream.js";
import type { StoredRows } from "../rows/stored-rows.js";
import { readTarget } from "./target.js";

/** What the pipeline predicts, of every stored row; 8 bytes or 4 a row. */
export function targetOf(definition: PipelineDefinition, stored: StoredRows): Promise<Target | null> {
  return targetOfRows(definition, new RowStream(stored));
}

/** As `readTarget`, of rows that are read block by block. */
export async function targetOfRows(definition: PipelineDefinition, rows: RowStream): Promise<Target | null> {
  const name = definition.features.target;
  return name === null ? null : readTarget(definition, await rows.gather([name]));
}
