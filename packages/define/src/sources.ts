import type { FileFormat, SettingReference, SourceDefinition } from "./definition.js";
import { parseDuration } from "./durations.js";

export interface Source {
  readonly definition: SourceDefinition;
}

/** Names of settings: their values come from the environment at run time, never from the project. */
export const setting = {
  /** An address (`https:`, `file:` or a path) under this environment variable. */
  url: (name: string): SettingReference => ({ setting: name }),
} as const;

/**
 * An HTTP API that answers another batch on each GET, until it says that there is no more.
 *
 * @param options.query     sent with every request
 * @param options.pageRows  rows per batch to ask for, sent as `rows`
 */
export function httpBatches(
  url: SettingReference,
  options: { readonly query?: Readonly<Record<string, string | number>>; readonly pageRows?: number } = {},
): Source {
  return { definition: { kind: "httpBatches", url, query: options.query ?? {}, pageRows: options.pageRows ?? null } };
}

export interface FileOptions {
  /** Left out: by the file's name and its first bytes. */
  readonly format?: FileFormat;
  /** Folder below the address. */
  readonly under?: string;
  /** Only files changed within this time: `7d`. */
  readonly last?: string;
}

/** A file, or every file of a folder in the order of names; each is one batch. */
export function files(url: SettingReference, options: FileOptions = {}): Source {
  const { format = null, under = null, last } = options;
  return { definition: { kind: "files", url, format, under, lastMs: last === undefined ? null : parseDuration(last) } };
}

/** Parquet files: `files` with the format given. */
export function parquetFiles(url: SettingReference, options: Omit<FileOptions, "format"> = {}): Source {
  return files(url, { ...options, format: "parquet" });
}
