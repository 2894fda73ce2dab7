import { defineErrors } from "@atalaya/errors";

const SAVE_AS_CSV = "Open it in the program that made it and save the sheet as CSV (UTF-8).";
const CONVERT = "Convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8 in.csv > out.csv";

interface MissingColumn {
  readonly file: string;
  readonly column: string;
  readonly from: readonly string[];
  readonly near: readonly string[];
  readonly found: readonly string[];
}

function listed(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  return names.length > most ? `${shown.join(", ")} and ${names.length - most} more` : shown.join(", ");
}

export const errors = defineErrors("INGEST", {
  FILE_NOT_FOUND: {
    status: 404,
    message: ({ file }: { file: string }) => `There is no file or folder ${file}.`,
    hint: () => "Check the path; it is taken relative to the directory in which the command runs.",
  },
  FILE_UNREADABLE: {
    status: 500,
    message: ({ file, because }: { file: string; because: string }) => `${file} could not be read: ${because}.`,
    hint: () => "Check that it is a regular file and that this user may read it.",
  },
  NO_HEADER: {
    status: 422,
    message: ({ file }: { file: string }) => `${file} is empty: it has no header line.`,
    hint: () => "The first line must name the columns; a file with a header and no rows is fine.",
  },
  HEADER_BLANK: {
    status: 422,
    message: ({ file, line, positions }: { file: string; line: number; positions: readonly number[] }) =>
      `${file}, line ${line}: the header has no name for column ${positions.join(", ")}.`,
    hint: () => "Give every column a name, or remove the column (often a delimiter too many at the end of the header).",
  },
  HEADER_DUPLICATE: {
    status: 422,
    message: ({ file, line, names }: { file: string; line: number; names: readonly string[] }) =>
      `${file}, line ${line}: the header names ${listed(names)} more than once.`,
    hint: () => "Rename one of them. If the first line holds values, add a line with the column names above it.",
  },
  HEADER_BROKEN: {
    status: 422,
    message: ({ file, line, because }: { file: string; line: number; because: string }) =>
      `${file}, line ${line}: the header cannot be read: ${because}.`,
    hint: () => "Correct the first line: it must name the columns, with quotes only around whole names.",
  },
  HEADER_TITLE: {
    status: 422,
    message: ({ file, columns }: { file: string; columns: number }) =>
      `${file}, line 1: the line is one cell, but the lines below have ${columns}: it is a title or a comment, not the header.`,
    hint: () => "Remove the lines above the one that names the columns.",
  },
  RECORD_TOO_LONG: {
    status: 422,
    message: ({ file, limit }: { file: string; limit: number }) => `${file} has a record of more than ${limit} bytes.`,
    hint: () => "Check that it is a text file with line ends, and that no quote is left open.",
  },
  SPREADSHEET: {
    status: 422,
    message: ({ file, kind }: { file: string; kind: string }) => `${file} is a spreadsheet (${kind}), not a text file.`,
    hint: () => SAVE_AS_CSV,
  },
  ARCHIVE: {
    status: 422,
    message: ({ file, kind }: { file: string; kind: string }) => `${file} is a ${kind} archive, whatever its name says.`,
    hint: () => "Unpack it and give the file inside; of compressed files, gzip (.gz) and zstd (.zst) are read directly.",
  },
  COMPRESSION_UNSUPPORTED: {
    status: 422,
    message: ({ file, kind }: { file: string; kind: string }) => `${file} is compressed with ${kind}, which cannot be read.`,
    hint: () => "Decompress it first, or compress it with gzip or zstd (up to level 19, without a dictionary).",
  },
  COMPRESSION_DAMAGED: {
    status: 422,
    message: ({ file, because }: { file: string; because: string }) => `${file} could not be decompressed: ${because}.`,
    hint: () => "Copy or download the file again; nothing of it could be read.",
  },
  NOT_UTF8: {
    status: 422,
    message: ({ file, line, looksLike }: { file: string; line: number; looksLike: string }) =>
      `${file}, line ${line}: the header is not UTF-8 text (it looks like ${looksLike}).`,
    hint: () => CONVERT,
  },
  MISSING_COLUMN: {
    status: 422,
    message: ({ file, column, from, found }: MissingColumn) =>
      `${file} has no column for "${column}" (looked for ${listed(from)}). It has ${found.length === 0 ? "no columns" : listed(found)}.`,
    hint: ({ near, column }: MissingColumn) =>
      near.length > 0
        ? `Did you mean ${listed(near)}? Name it with from: in the column's declaration, or mark "${column}" as optional.`
        : `Name the source's column with from: in the declaration, or mark "${column}" as optional.`,
  },
  JSON_TRUNCATED: {
    status: 502,
    retryable: true,
    message: ({ file, bytes }: { file: string; bytes: number }) => `${file} ends in the middle of its JSON after ${bytes} bytes.`,
    hint: () => "Only a part of it arrived: ask for it again.",
  },
  JSON_INVALID: {
    status: 422,
    message: ({ file, line, because }: { file: string; line: number; because: string }) =>
      `${file}, line ${line} is not JSON: ${because}.`,
    hint: () => "Expected are an array of objects, an object with a `data` array of objects, or one object a line.",
  },
  JSON_SHAPE: {
    status: 422,
    message: ({ file, found }: { file: string; found: string }) => `${file} holds JSON without rows: ${found}.`,
    hint: () => "Expected are an array of objects, an object with a `data` array of objects, or one object a line.",
  },
  ZEEK_HEADER: {
    status: 422,
    message: ({ file, line, because }: { file: string; line: number; because: string }) => `${file}, line ${line}: ${because}.`,
    hint: () => "A Zeek log names its columns in a #fields line before the first row.",
  },
  PARQUET_UNREADABLE: {
    status: 422,
    message: ({ file, because }: { file: string; because: string }) => `${file} is not a readable Parquet file: ${because}.`,
    hint: () => "Write the file again; one that was cut while it was written has no footer.",
  },
  PARQUET_WRITE: {
    status: 500,
    message: ({ file, because }: { file: string; because: string }) => `${file} could not be written: ${because}.`,
    hint: () => "Check that the folder exists, that this user may write there and that the disk is not full.",
  },
  SOURCE_ADDRESS: {
    status: 400,
    message: ({ setting, because }: { setting: string; because: string }) =>
      `The setting ${setting} is not a usable address: ${because}.`,
    hint: ({ setting }: { setting: string; because: string }) =>
      `Set ${setting} to what its source reads: a file, a folder or s3://bucket/prefix for files, a URL that starts with http:// or https:// for batches of an API, postgresql:// for rows.`,
  },
  SOURCE_REMOTE: {
    status: 500,
    message: ({ setting }: { setting: string }) =>
      `The address in ${setting} is a bucket or a database, and nothing here can reach one.`,
    hint: () => "Run it with `atalaya run` or `atalaya up`; only they open buckets and databases.",
  },
  SOURCE_CURSOR: {
    status: 500,
    message: ({ setting, cursor }: { setting: string; cursor: string }) =>
      `The place where ${setting} goes on (${cursor}) is not one that it made itself.`,
    hint: () => "The batches of this source were kept by something else under the same name; give the source another name.",
  },
  SOURCE_UNREACHABLE: {
    status: 502,
    retryable: true,
    message: ({ url, attempts, because }: { url: string; attempts: number; because: string }) =>
      `${url} gave no usable answer in ${attempts} attempts: ${because}.`,
    hint: () => "Check that the source runs and answers at this address; the run can be repeated, no batch is taken twice.",
  },
  SOURCE_REFUSED: {
    status: 502,
    message: ({ url, status, because }: { url: string; status: number; because: string }) =>
      `${url} answered ${status}: ${because}.`,
    hint: () => "Check address, query and credentials of the source.",
  },
  SOURCE_TOO_LARGE: {
    status: 502,
    message: ({ url, limit }: { url: string; limit: number }) => `The answer of ${url} is larger than ${limit} bytes.`,
    hint: () => "Ask for fewer rows a request (pageRows).",
  },
  SOURCE_PORT: {
    status: 500,
    message: ({ host, port, because }: { host: string; port: number; because: string }) =>
      `The source cannot listen on ${host}:${port}: ${because}.`,
    hint: () => "Give another port, or 0 for a free one.",
  },
  SOURCE_EMPTY: {
    status: 404,
    message: ({ folder }: { folder: string }) => `${folder} holds no file to read.`,
    hint: () => "Names that start with a dot or an underscore are skipped; check `under` and `last` of the source.",
  },
  DRIFT_COLUMN: {
    status: 400,
    message: ({ file, column }: { file: string; column: string; nearest: string | null }) =>
      `${file} has no column ${JSON.stringify(column)} to drift.`,
    hint: ({ nearest }: { file: string; column: string; nearest: string | null }) =>
      nearest === null ? "Name a column of the file." : `Did you mean ${JSON.stringify(nearest)}?`,
  },
});
