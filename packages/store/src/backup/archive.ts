import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const BLOCK = 512;
const READ_BYTES = 1 << 20;
/** What fits into the 11 octal digits of a header. */
const MOST_OCTAL = 8 ** 11 - 1;

/** An entry of an archive: where its content lies in the file, and what it must be. */
export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Offset of the content in the file. */
  readonly at: number;
}

/**
 * Writes a tar archive entry by entry, without reading back.
 *
 * @see POSIX.1-1988, ustar; sizes from 8 GiB as GNU tar writes them
 */
export class ArchiveWriter {
  readonly #file: FileHandle;
  readonly #madeAt: Date;

  constructor(file: FileHandle, madeAt: Date) {
    this.#file = file;
    this.#madeAt = madeAt;
  }

  /** @param bytes  how many the content has; it must have exactly these */
  async add(name: string, bytes: number, content: AsyncIterable<Uint8Array> | Uint8Array): Promise<{ readonly sha256: string }> {
    await this.#file.appendFile(headerOf(name, bytes, this.#madeAt));
    const hash = createHash("sha256");
    let written = 0;
    for await (const part of content instanceof Uint8Array ? [content] : content) {
      hash.update(part);
      written += part.byteLength;
      await this.#file.appendFile(part);
    }
    if (written !== bytes) throw new Error(`${name} has ${written} bytes instead of ${bytes}.`);
    await this.#file.appendFile(Buffer.alloc(padding(bytes)));
    return { sha256: hash.digest("hex") };
  }

  /** Two empty blocks; then it is on the disk. */
  async finish(): Promise<void> {
    await this.#file.appendFile(Buffer.alloc(2 * BLOCK));
    await this.#file.sync();
  }
}

/**
 * Reads a whole archive once and tells its entries with their hashes, in their order.
 *
 * @returns null when it is not an archive or ends before its end
 */
export async function readArchive(path: string): Promise<readonly ArchiveEntry[] | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const entries: ArchiveEntry[] = [];
    const header = Buffer.alloc(BLOCK);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(header, 0, BLOCK, at);
      if (bytesRead < BLOCK) return null;
      if (header.every((byte) => byte === 0)) return entries;
      const facts = factsOf(header);
      at += BLOCK;
      if (facts === null || at + facts.bytes > size) return null;
      entries.push({ ...facts, at, sha256: await hashPart(path, at, facts.bytes) });
      at += facts.bytes + padding(facts.bytes);
    }
  } finally {
    await file.close();
  }
}

/** The content of an entry as a stream. */
export function contentOf(path: string, { at, bytes }: ArchiveEntry): AsyncIterable<Uint8Array> {
  return bytes === 0 ? nothing() : createReadStream(path, { start: at, end: at + bytes - 1, highWaterMark: READ_BYTES });
}

async function* nothing(): AsyncIterable<Uint8Array> {}

async function hashPart(path: string, at: number, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of contentOf(path, { name: "", sha256: "", at, bytes })) hash.update(part);
  return hash.digest("hex");
}

const padding = (bytes: number): number => (BLOCK - (bytes % BLOCK)) % BLOCK;

function headerOf(name: string, bytes: number, at: Date): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(name, 0, 100);
  header.write(octal(0o600, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  if (bytes <= MOST_OCTAL) header.write(octal(bytes, 11), 124);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  header.write(octal(Math.floor(at.getTime() / 1000), 11), 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  header.write(`${sumOf(header).toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function factsOf(header: Buffer): { readonly name: string; readonly bytes: number } | null {
  const text = (from: number, length: number): string => header.toString("latin1", from, from + length).split("\0")[0] ?? "";
  const sum = Number.parseInt(text(148, 8), 8);
  const blank = Buffer.from(header);
  blank.fill(" ", 148, 156);
  if (sum !== sumOf(blank)) return null;
  const bytes = (header[124] ?? 0) === 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  return Number.isSafeInteger(bytes) ? { name: text(0, 100), bytes } : null;
}

function sumOf(header: Buffer): number {
  let sum = 0;
  for (const byte of header) sum += byte;
  return sum;
}
