import type { ByteChunks } from "../formats/byte-chunks.js";
import type { RejectedRow } from "../formats/format.js";
import type { TextBlock } from "../formats/record-block.js";

/** Text as a source of pieces that end at the given places. */
export function chunksOf(text: string | Uint8Array, ends: readonly number[] = []): ByteChunks {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    let start = 0;
    for (const end of [...ends, bytes.length]) {
      if (end > start) yield bytes.subarray(start, end);
      start = Math.max(start, end);
    }
  }
  return { head: bytes.subarray(0, 64 * 1024), chunks: pieces(), cut: { because: null }, isCompressed: false };
}

export interface CollectedRecords {
  readonly records: { readonly line: number; readonly cells: readonly string[] }[];
  readonly rejected: RejectedRow[];
}

/** Every record of the blocks as strings, copied out before the block is reused. */
export async function collect(blocks: AsyncIterable<TextBlock>): Promise<CollectedRecords> {
  const records: { line: number; cells: string[] }[] = [];
  const rejected: RejectedRow[] = [];
  for await (const block of blocks) {
    rejected.push(...block.rejected);
    for (let record = 0; record < block.recordCount; record++) {
      const cells = block.fields.map((_, field) => {
        const cell = record * block.fields.length + field;
        return block.bytes.toString("utf8", block.cellStarts[cell], block.cellEnds[cell]);
      });
      records.push({ line: block.lines[record]!, cells });
    }
  }
  return { records, rejected };
}
