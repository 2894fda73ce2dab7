import { type Run, type RunState, type Store, sql } from "@atalaya/store";

/** A run as lists show it. Times are ISO texts. */
export interface RunSummary {
  readonly run: string;
  readonly pipeline: string;
  readonly state: RunState;
  /** What started it: `by hand`, `cron`, `drift`… */
  readonly trigger: string;
  readonly verdict: string | null;
  readonly version: number | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly seconds: number | null;
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** The run that it does again, from a step on (null: from the first); null: it is no retry. */
  readonly retryOf: { readonly run: string; readonly from: string | null } | null;
}

export interface RunPage {
  /** All runs that match, not only those of this page. */
  readonly total: number;
  readonly offset: number;
  readonly runs: readonly RunSummary[];
}

export interface RunFilter {
  readonly pipeline: string | null;
  readonly state: RunState | null;
  /** Part of the id, the error or the verdict. */
  readonly search: string | null;
  readonly limit: number;
  readonly offset: number;
}

/** One page of runs, the newest first, filtered and counted in the database. */
export async function listRuns({ database }: Store, filter: RunFilter): Promise<RunPage> {
  let query = database.selectFrom("runs");
  if (filter.pipeline !== null) query = query.where("pipeline", "=", filter.pipeline);
  if (filter.state !== null) query = query.where("state", "=", filter.state);
  if (filter.search !== null) {
    const pattern = `%${filter.search.replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where(
      sql<boolean>`(id ilike ${pattern} or verdict ilike ${pattern} or trigger ilike ${pattern} or error_code ilike ${pattern} or error_message ilike ${pattern})`,
    );
  }
  const [counted, rows] = await Promise.all([
    query.select((select) => select.fn.countAll<number>().as("total")).executeTakeFirstOrThrow(),
    query.selectAll().orderBy("startedAt", "desc").orderBy("id").limit(filter.limit).offset(filter.offset).execute(),
  ]);
  return { total: Number(counted.total), offset: filter.offset, runs: rows.map(summaryOf) };
}

export function summaryOf(row: Run): RunSummary {
  const { startedAt, endedAt } = row;
  return {
    run: row.id,
    pipeline: row.pipeline,
    state: row.state,
    trigger: row.trigger,
    verdict: row.verdict,
    version: row.version,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    seconds: endedAt === null ? null : (endedAt.getTime() - startedAt.getTime()) / 1_000,
    rows: rowsOf(row.result),
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    retryOf: row.retryOf === null ? null : { run: row.retryOf, from: row.retryFrom },
  };
}

function rowsOf(result: unknown): RunSummary["rows"] {
  const rows = (result as { rows?: unknown } | null)?.rows;
  if (typeof rows !== "object" || rows === null) return null;
  const { read, accepted, quarantined } = rows as Record<string, unknown>;
  if (typeof read !== "number" || typeof accepted !== "number" || typeof quarantined !== "number") return null;
  return { read, accepted, quarantined };
}
