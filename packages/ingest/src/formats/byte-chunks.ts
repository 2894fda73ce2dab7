import { createReadStream } from "node:fs";
import { errors } from "../errors.js";
import type { CutReport } from "./cut-report.js";
import { type Compression, detectCompression } from "./detect-format.js";
import type { ByteInput } from "./format.js";
import { gunzip } from "./gunzip.js";

export const CHUNK_BYTES = 1 << 20;

/** Decompressed bytes in pieces of at most 1 MiB. */
export interface ByteChunks {
  /** The first bytes (up to 64 KiB): they come again in `chunks`. */
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
  readonly cut: CutReport;
  /** The input was compressed: `chunks` are not its own bytes. */
  readonly isCompressed: boolean;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Buffer> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < whole.length; start += CHUNK_BYTES) yield whole.subarray(start, start + CHUNK_BYTES);
}

async function* filePieces(name: string, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw errors.FILE_NOT_FOUND({ file: name }, error);
    throw errors.FILE_UNREADABLE({ file: name, because: code ?? String(error) }, error);
  }
}

/** Takes the first bytes off a stream of chunks, and gives the stream with them back in front. */
async function peek(source: AsyncGenerator<Buffer>, least: number): Promise<{ head: Buffer; chunks: AsyncGenerator<Buffer> }> {
  const taken: Buffer[] = [];
  let size = 0;
  while (size < least) {
    const next = await source.next();
    if (next.done) break;
    taken.push(next.value);
    size += next.value.length;
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    for (const chunk of taken) yield chunk;
    taken.length = 0;
    yield* source;
  };
  const first = taken[0];
  return {
    head: taken.length === 1 && first ? first.subarray(0, least) : Buffer.concat(taken).subarray(0, least),
    chunks: rest(),
  };
}

/**
 * Opens bytes or a file, decompressing gzip and zstd by their first bytes. What comes before a cut or damage is given, and `cut` says so.
 *
 * @throws INGEST_FILE_NOT_FOUND, INGEST_FILE_UNREADABLE, INGEST_ARCHIVE, INGEST_SPREADSHEET, INGEST_COMPRESSION_UNSUPPORTED
 */
export async function openBytes(input: ByteInput): Promise<ByteChunks> {
  const source = input.bytes ? pieces(input.bytes) : filePieces(input.name, input.path ?? input.name);
  const raw = await peek(source, 64 * 1024);
  const cut: CutReport = { because: null };
  const compression = detectCompression(input.name, raw.head);
  if (compression === "none") return { ...raw, cut, isCompressed: false };
  const inner = await peek(await decompressed(compression, input.name, raw.chunks, cut), 64 * 1024);
  detectCompression(input.name, inner.head);
  return { ...inner, cut, isCompressed: true };
}

/** The decoder of zstd is loaded when there is something for it. */
async function decompressed(
  compression: Exclude<Compression, "none">,
  name: string,
  chunks: AsyncIterable<Buffer>,
  cut: CutReport,
): Promise<AsyncGenerator<Buffer>> {
  if (compression === "gzip") return gunzip(name, chunks, cut);
  const { unzstd } = await import("./unzstd.js");
  return unzstd(name, chunks, cut);
}
