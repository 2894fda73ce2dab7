import { findRun, type TrackedRun, withContent } from "@atalaya/registry";
import { type Store, sql } from "@atalaya/store";
import type { MetricPoint } from "./plan.js";

/** A run at one moment: what it holds, and which changes are part of it. */
export interface RunSnapshot {
  readonly run: TrackedRun;
  /** Every point, in pages. */
  readonly points: AsyncIterable<readonly MetricPoint[]>;
  /** Changes in the outbox that the snapshot has already. */
  readonly changes: readonly number[];
}

const pageSize = 10_000;

/**
 * Reads a run while `work` lasts, as it was when it began: what is logged meanwhile is a change that waits.
 *
 * @throws REGISTRY_RUN_UNKNOWN
 */
export function withSnapshot<Result>(
  { database }: Store,
  id: string,
  work: (snapshot: RunSnapshot) => Promise<Result>,
): Promise<Result> {
  return database
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (transaction) => {
      const info = await findRun(transaction, id);
      const [run = { ...info, params: [], tags: [], metrics: [], datasets: [], inputModels: [], outputModels: [] }] =
        await withContent(transaction, [info]);
      const { rows } = await sql<{ id: number }>`
        select id from atalaya.outbox where target = 'mirror' and event ->> 'subject' = ${id}
          and event ->> 'kind' = any(${["run", "whole", "params", "tags", "metrics", "datasets"]})`.execute(transaction);
      const points = pointsOf(transaction, info.number);
      return work({ run, points, changes: rows.map((row) => row.id) });
    });
}

async function* pointsOf(transaction: Store["database"], run: number): AsyncIterable<readonly MetricPoint[]> {
  let after = sql`true`;
  for (;;) {
    const { rows } = await sql<{ key: string; at: number; step: number; value: number }>`
      select key, at, step, value from atalaya.metric_points where run = ${run} and ${after}
      order by key, at, step, value limit ${pageSize}`.execute(transaction);
    if (rows.length > 0)
      yield rows.map(({ key, value, at, step }): MetricPoint => [key, Number.isNaN(value) ? "NaN" : value, at, step]);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = sql`(key, at, step, value) > (${last.key}, ${last.at}::bigint, ${last.step}::bigint, ${last.value}::double precision)`;
  }
}
