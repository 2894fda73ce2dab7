import type { Store } from "@atalaya/store";

/** A run as the command lists it; times are ISO texts, as they go out as JSON. */
export interface ListedRun {
  readonly run: string;
  readonly pipeline: string;
  readonly state: string;
  readonly verdict: string | null;
  readonly version: number | null;
  /** Rows read; null when the run did not end well. */
  readonly rows: number | null;
  /** Null while it goes on. */
  readonly seconds: number | null;
  readonly startedAt: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The newest runs first. */
export async function recentRuns(
  store: Store,
  options: { readonly pipeline: string | null; readonly limit: number },
): Promise<ListedRun[]> {
  const { pipeline, limit } = options;
  const rows = await store.runs.list({ limit, ...(pipeline === null ? {} : { pipeline }) });
  return rows.map((row) => ({
    run: row.id,
    pipeline: row.pipeline,
    state: row.state,
    verdict: row.verdict,
    version: row.version,
    rows: rowsRead(row.result),
    seconds: row.endedAt === null ? null : (row.endedAt.getTime() - row.startedAt.getTime()) / 1_000,
    startedAt: row.startedAt.toISOString(),
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
  }));
}

/** `rows.read` of a stored result. */
function rowsRead(result: unknown): number | null {
  const rows = member(result, "rows");
  const read = member(rows, "read");
  return typeof read === "number" ? read : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? (value as Record<string, unknown>)[name] : undefined;
}
