import { type Store, sql } from "@atalaya/store";

/** Whether a batch looked like what the live version was trained on, and what followed. */
export interface DriftDecision {
  readonly at: string;
  readonly run: string;
  readonly version: number | null;
  readonly rule: string;
  readonly verdict: string;
  readonly decision: string;
  readonly trigger: string | null;
  readonly rows: number;
  readonly reasons: readonly string[];
  /** Numbers by column, as the check wrote them. */
  readonly statistics: unknown;
}

interface DriftRow extends Omit<DriftDecision, "at"> {
  readonly at: Date;
}

/** The decisions of a pipeline, the newest first. */
export async function driftDecisions({ database }: Store, pipeline: string, limit: number): Promise<DriftDecision[]> {
  const { rows } = await sql<DriftRow>`
    select at, run, version, rule, verdict, decision, trigger, rows::float8 as rows, reasons, statistics
    from atalaya.drift_history where pipeline = ${pipeline} order by id desc limit ${limit}`.execute(database);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

export async function newestDrift(store: Store, pipeline: string): Promise<DriftDecision | null> {
  return (await driftDecisions(store, pipeline, 1))[0] ?? null;
}
