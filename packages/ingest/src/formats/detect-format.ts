import { errors } from "../errors.js";
import type { BatchFormat } from "./format.js";

/** How the bytes are wrapped, before any format is looked at. */
export type Compression = "gzip" | "zstd" | "none";

const ZIP_SHEETS: readonly (readonly [marker: string, kind: string])[] = [
  ["xl/", "Excel .xlsx"],
  ["[Content_Types].xml", "Excel .xlsx"],
  ["opendocument.spreadsheet", "OpenDocument .ods"],
];

function startsWith(bytes: Uint8Array, ...magic: number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, at) => bytes[at] === byte);
}

/** A frame of zstd without data, as parallel writers put in front: its first byte is one of sixteen. */
function beginsWithSkippable(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18);
}

/**
 * How a file is compressed, by its first bytes, whatever its name says.
 *
 * @param head the first bytes of the file, 4 KiB are plenty
 * @throws INGEST_ARCHIVE, INGEST_SPREADSHEET, INGEST_COMPRESSION_UNSUPPORTED
 */
export function detectCompression(name: string, head: Uint8Array): Compression {
  if (startsWith(head, 0x1f, 0x8b)) return "gzip";
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) || beginsWithSkippable(head)) return "zstd";
  if (startsWith(head, 0x42, 0x5a, 0x68) && head[3]! >= 0x31 && head[3]! <= 0x39)
    throw errors.COMPRESSION_UNSUPPORTED({ file: name, kind: "bzip2" });
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a)) throw errors.COMPRESSION_UNSUPPORTED({ file: name, kind: "xz" });
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1))
    throw errors.SPREADSHEET({ file: name, kind: "Excel .xls" });
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0x50, 0x4b, 0x05, 0x06)) {
    const text = Buffer.from(head).toString("latin1");
    const sheet = ZIP_SHEETS.find(([marker]) => text.includes(marker));
    throw sheet ? errors.SPREADSHEET({ file: name, kind: sheet[1] }) : errors.ARCHIVE({ file: name, kind: "zip" });
  }
  if (startsWith(head, 0x52, 0x61, 0x72, 0x21)) throw errors.ARCHIVE({ file: name, kind: "rar" });
  if (startsWith(head, 0x37, 0x7a, 0xbc, 0xaf)) throw errors.ARCHIVE({ file: name, kind: "7z" });
  return "none";
}

function formatByName(name: string): BatchFormat | null {
  const plain = name
    .toLowerCase()
    .replace(/[?#].*$/, "")
    .replace(/\.(gz|zst)$/, "");
  if (/\.csv$/.test(plain)) return "csv";
  if (/\.(tsv|tab)$/.test(plain)) return "tsv";
  if (/\.(jsonl|ndjson)$/.test(plain)) return "jsonl";
  if (/\.json$/.test(plain)) return "json";
  if (/\.(parquet|pq)$/.test(plain)) return "parquet";
  return null;
}

/** A document or one object a line: decided by whether the first line is an object of its own and another one follows. */
function jsonKind(text: string): "json" | "jsonl" {
  if (text.startsWith("[")) return "json";
  const lineEnd = text.search(/[\r\n]/);
  const firstLine = lineEnd < 0 ? text : text.slice(0, lineEnd);
  try {
    const value: unknown = JSON.parse(firstLine);
    const isBody = typeof value === "object" && value !== null && "data" in value && Array.isArray(value.data);
    return isBody ? "json" : "jsonl";
  } catch {
    // An object over several lines, or a first line longer than the sample.
    return /^\{[^\r\n]*\}\s*[\r\n]+\s*\{/.test(text) ? "jsonl" : lineEnd < 0 && !text.includes('"data"') ? "jsonl" : "json";
  }
}

/**
 * The format of decompressed bytes, by first bytes, then declared media type, then name. A declared format wins over all but
 * Parquet's magic.
 *
 * @param head the first bytes, after decompression
 */
export function detectFormat(
  input: { readonly name: string; readonly mediaType?: string | undefined; readonly format?: BatchFormat | null | undefined },
  head: Uint8Array,
): BatchFormat {
  if (startsWith(head, 0x50, 0x41, 0x52, 0x31)) return "parquet";
  const text = Buffer.from(head)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  const looksLikeJson = text.startsWith("{") || text.startsWith("[");
  if (input.format) return input.format === "zeek" && looksLikeJson ? "jsonl" : input.format;
  if (text.startsWith("#separator") || text.startsWith("#fields\t")) return "zeek";
  const named = formatByName(input.name);
  if (named === "csv" || named === "tsv" || named === "jsonl" || named === "parquet") return named;
  if (looksLikeJson) return jsonKind(text);
  const mediaType = input.mediaType?.toLowerCase() ?? "";
  if (/\bjson\b/.test(mediaType)) return /ndjson|jsonl|json-seq/.test(mediaType) ? "jsonl" : "json";
  if (mediaType.includes("tab-separated")) return "tsv";
  return named ?? "csv";
}
