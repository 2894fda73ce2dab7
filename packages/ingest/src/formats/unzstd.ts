import { Decompress } from "fzstd";
import createHashes from "xxhash-wasm";
import { errors } from "../errors.js";
import type { CutReport } from "./cut-report.js";

const FRAME = 0xfd2fb528;
/** Frames with these magic numbers carry no data of the file (RFC 8878, 3.1.2). */
const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5;
/** The decoder looks back so far at most. `zstd` stays below it up to level 19, and with `--long=25`. */
const MOST_WINDOW = 1 << 25;

type Hash = ReturnType<Awaited<ReturnType<typeof createHashes>>["create64"]>;

/** The data are not what the format says. */
class Damage extends Error {}

/** Takes exact numbers of bytes off a stream of chunks. */
class ByteReader {
  #held: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** So many bytes; fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    if (this.#held.length < count) {
      const pieces = [this.#held];
      for (let size = this.#held.length; size < count; ) {
        const next = await this.#chunks.next();
        if (next.done === true) break;
        pieces.push(next.value);
        size += next.value.length;
      }
      this.#held = pieces.length === 1 ? this.#held : Buffer.concat(pieces);
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

interface FrameHeader {
  /** As it came, without the promise of a checksum, which is checked here. */
  readonly bytes: Buffer;
  readonly hasChecksum: boolean;
  /** Bytes of the decompressed frame; null: it does not say. */
  readonly contentBytes: number | null;
}

/** Bytes behind the descriptor of a frame: window, dictionary and size of the content (RFC 8878, 3.1.1.1). */
function headerLengths(descriptor: number): { window: number; dictionary: number; content: number } {
  const isSingle = (descriptor & 0x20) !== 0;
  const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return { window: isSingle ? 0 : 1, dictionary: [0, 1, 2, 4][descriptor & 3] ?? 0, content };
}

/** null: the input ends in the middle of it. @throws Damage, INGEST_COMPRESSION_UNSUPPORTED */
async function readHeader(name: string, reader: ByteReader, magic: Buffer): Promise<FrameHeader | null> {
  const descriptor = (await reader.take(1))[0];
  if (descriptor === undefined) return null;
  if ((descriptor & 0x08) !== 0) throw new Damage("a reserved bit is set");
  const lengths = headerLengths(descriptor);
  const rest = await reader.take(lengths.window + lengths.dictionary + lengths.content);
  if (rest.length < lengths.window + lengths.dictionary + lengths.content) return null;
  const at = lengths.window + lengths.dictionary;
  const contentBytes = contentSize(rest.subarray(at));
  const exponent = rest[0] ?? 0;
  const windowBytes = lengths.window === 0 ? (contentBytes ?? 0) : 2 ** (10 + (exponent >> 3)) * (1 + (exponent & 7) / 8);
  if (windowBytes > MOST_WINDOW) {
    const kind = `zstd and a window of ${Math.round(windowBytes / 2 ** 20)} MiB (more than ${MOST_WINDOW / 2 ** 20})`;
    throw errors.COMPRESSION_UNSUPPORTED({ file: name, kind });
  }
  if (rest.subarray(lengths.window, at).some((byte) => byte !== 0)) {
    throw errors.COMPRESSION_UNSUPPORTED({ file: name, kind: "zstd and a dictionary" });
  }
  const bytes = Buffer.concat([magic, Buffer.of(descriptor & ~0x04), rest]);
  return { bytes, hasChecksum: (descriptor & 0x04) !== 0, contentBytes };
}

function contentSize(field: Buffer): number | null {
  switch (field.length) {
    case 0:
      return null;
    case 1:
      return field.readUInt8();
    case 2:
      return field.readUInt16LE() + 256;
    case 4:
      return field.readUInt32LE();
    default:
      return Number(field.readBigUInt64LE());
  }
}

/** The blocks of one frame, decompressed and checked. Returns false when the input ends before the frame does. @throws Damage */
async function* readFrame(reader: ByteReader, header: FrameHeader, hash: Hash | null): AsyncGenerator<Buffer, boolean> {
  let output: Buffer[] = [];
  let size = 0;
  const decoder = new Decompress((piece) => {
    hash?.update(piece);
    size += piece.length;
    if (piece.length > 0) output.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  });
  let front: Buffer = header.bytes;
  for (let isLast = false; !isLast; front = Buffer.alloc(0)) {
    const block = await reader.take(3);
    if (block.length < 3) return false;
    const facts = block.readUIntLE(0, 3);
    isLast = (facts & 1) === 1;
    const kind = (facts >> 1) & 3;
    if (kind === 3) throw new Damage("a block has an unknown type");
    const length = kind === 1 ? 1 : facts >> 3;
    if (facts >> 3 > 128 << 10) throw new Damage("a block is too long");
    const body = await reader.take(length);
    if (body.length < length) return false;
    decode(decoder, Buffer.concat([front, block, body]), isLast);
    yield* output;
    output = [];
  }
  if (header.contentBytes !== null && header.contentBytes !== size) throw new Damage("its size is not the one that it names");
  if (!header.hasChecksum) return true;
  const checksum = await reader.take(4);
  if (checksum.length < 4) return false;
  if (hash !== null && checksum.readUInt32LE() !== Number(hash.digest() & 0xffffffffn)) throw new Damage("its checksum is wrong");
  return true;
}

function decode(decoder: Decompress, bytes: Uint8Array, isLast: boolean): void {
  try {
    decoder.push(bytes, isLast);
  } catch (error) {
    // Whatever the decoder stumbles over, also beyond its own checks, is damage of the data.
    throw new Damage(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function* readFrames(name: string, reader: ByteReader): AsyncGenerator<Buffer, boolean> {
  const hashes = await createHashes();
  for (let isFirst = true; ; isFirst = false) {
    const magic = await reader.take(4);
    if (magic.length === 0) return !isFirst;
    if (magic.length < 4) return false;
    const number = magic.readUInt32LE();
    if (isSkippable(number)) {
      if (!(await skipFrame(reader))) return false;
      continue;
    }
    if (number !== FRAME) throw new Damage("a frame does not begin as one");
    const header = await readHeader(name, reader, magic);
    if (header === null || !(yield* readFrame(reader, header, header.hasChecksum ? hashes.create64() : null))) return false;
  }
}

async function skipFrame(reader: ByteReader): Promise<boolean> {
  const length = await reader.take(4);
  if (length.length < 4) return false;
  for (let left = length.readUInt32LE(); left > 0; ) {
    const piece = await reader.take(Math.min(left, 1 << 16));
    if (piece.length === 0) return false;
    left -= piece.length;
  }
  return true;
}

/**
 * Decompresses Zstandard frame by frame and keeps what comes before a cut or damage. Sizes and checksums of frames are checked.
 * Memory: the window of a frame (2 MiB at the usual level, 32 MiB at most) and one block.
 *
 * @param cut receives the reason when the data end early or are damaged
 * @throws INGEST_COMPRESSION_DAMAGED when nothing at all could be decompressed, INGEST_COMPRESSION_UNSUPPORTED
 * @see RFC 8878
 */
export async function* unzstd(name: string, compressed: AsyncIterable<Buffer>, cut: CutReport): AsyncGenerator<Buffer> {
  const reader = new ByteReader(compressed);
  let isEmpty = true;
  try {
    const frames = readFrames(name, reader);
    for (let next = await frames.next(); ; next = await frames.next()) {
      if (next.done === true) {
        if (!next.value) cut.because = "the zstd data end early";
        break;
      }
      isEmpty = false;
      yield next.value;
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    cut.because = `the zstd data are damaged (${error.message})`;
    if (isEmpty) throw errors.COMPRESSION_DAMAGED({ file: name, because: cut.because }, error);
  } finally {
    await reader.close();
  }
  if (isEmpty && cut.because !== null) throw errors.COMPRESSION_DAMAGED({ file: name, because: cut.because });
}
