import type { FileFormat, SettingReference, SourceDefinition } from "./definition.js";
import { parseDuration } from "./durations.js";
import { errors } from "./errors.js";

export interface Source {
  readonly definition: SourceDefinition;
}

/** Names of settings: their values come from the environment at run time, never from the project. */
export const setting = {
  /** An address (`https:`, `file:` or a path) under this environment variable. */
  url: (name: string): SettingReference => ({ setting: name }),
} as const;

export interface HttpOptions {
  /** Sent with every request. */
  readonly query?: Readonly<Record<string, string | number>>;
  /** Rows per batch to ask for, sent as `rows`. */
  readonly pageRows?: number;
  /** Query parameter that takes the number of the batch: 1, 2, 3 … A run goes on behind the last batch that was kept. */
  readonly page?: string;
  /**
   * Query parameter that takes the mark which the answer before gave, and the field of the answer that holds it (left out:
   * `next_cursor`). A run goes on from the mark of the last batch that was kept.
   */
  readonly cursor?: { readonly parameter: string; readonly field?: string };
}

/**
 * An HTTP API that answers another batch on each GET, until it says that there is no more: because it counts itself, or by
 * `page`, or by `cursor`. With the last two nothing is lost when a process is killed between an answer and its storing.
 *
 * @throws DEFINE_BAD_SOURCE when both `page` and `cursor` are given
 */
export function httpBatches(url: SettingReference, options: HttpOptions = {}): Source {
  const { query = {}, pageRows = null, page = null, cursor } = options;
  if (page !== null && cursor !== undefined) throw errors.BAD_SOURCE({ why: "it goes on by `page` or by `cursor`, not by both" });
  const mark = cursor === undefined ? null : { parameter: cursor.parameter, field: cursor.field ?? "next_cursor" };
  return { definition: { kind: "httpBatches", url, query, pageRows, page, cursor: mark } };
}

export interface FileOptions {
  /** Left out: by the file's name and its first bytes. */
  readonly format?: FileFormat;
  /** Folder below the address. */
  readonly under?: string;
  /** Only files changed within this time: `7d`. */
  readonly last?: string;
}

/**
 * A file, or every file of a folder in the order of names; each is one batch. An address `s3://bucket/prefix` stands for every
 * object below a prefix of a bucket: one that was taken is known by key and ETag and not fetched again.
 */
export function files(url: SettingReference, options: FileOptions = {}): Source {
  const { format = null, under = null, last } = options;
  return { definition: { kind: "files", url, format, under, lastMs: last === undefined ? null : parseDuration(last) } };
}

/** Parquet files: `files` with the format given. */
export function parquetFiles(url: SettingReference, options: Omit<FileOptions, "format"> = {}): Source {
  return files(url, { ...options, format: "parquet" });
}

export interface RowsOptions {
  /** A SELECT. It may join, filter and rename; ordering and continuing are added to it. */
  readonly query: string;
  /** Column of the query that only grows, such as `updated_at` or `id`: a batch goes on behind the greatest that was kept. */
  readonly watermark: string;
  /** Columns that tell rows with the same watermark apart; left out: the watermark is unique. */
  readonly key?: readonly string[];
  /** Rows of a batch, at most (default 50,000). */
  readonly batchRows?: number;
  /**
   * How late a row may become visible: `10m` leaves rows whose time is younger than that for later, so that none is passed
   * over. Rows of transactions that are still open wait in any case, where the watermark is a time.
   */
  readonly lateBy?: string;
}

/**
 * Rows of a PostgreSQL query that are new since the last batch, by a watermark; the setting holds `postgresql://…`. Nothing is
 * taken twice and nothing at an equal watermark is lost. A row that was changed and whose watermark moved on comes again. A row
 * whose watermark or key is null is never taken.
 *
 * @throws DEFINE_BAD_SOURCE, DEFINE_BAD_COUNT, DEFINE_BAD_DURATION
 */
export function postgresRows(url: SettingReference, options: RowsOptions): Source {
  const { watermark, key = [], batchRows = 50_000, lateBy } = options;
  const query = options.query.trim().replace(/;\s*$/, "");
  if (query === "" || watermark === "") throw errors.BAD_SOURCE({ why: "it needs a query and a watermark" });
  if (!Number.isInteger(batchRows) || batchRows < 1) throw errors.BAD_COUNT({ what: "batchRows", value: batchRows });
  const lateByMs = lateBy === undefined ? null : parseDuration(lateBy);
  return { definition: { kind: "postgresRows", url, query, watermark, key, batchRows, lateByMs } };
}
