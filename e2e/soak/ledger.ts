import { openStore, sql } from "../../packages/store/dist/index.js";

export interface PipelineLedger {
  readonly batches: number;
  readonly read: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly rawRows: number;
  readonly quarantineRows: number;
  readonly versions: number;
  readonly promoted: number;
  readonly refused: number;
  readonly runs: number;
  readonly trainedRuns: number;
  readonly decisions: number;
  /** Runs that ended and judged a batch: each has exactly one decision. */
  readonly decidedRuns: number;
  readonly failedRuns: number;
  readonly unfinishedRuns: number;
}

export interface Ledger {
  readonly pipelines: Readonly<Record<string, PipelineLedger>>;
  /** A kill between a step's audit row and the engine's own note: done once, recorded twice. */
  readonly stepsRecordedTwice: number;
  readonly batchesTakenTwice: number;
}

/** What the tables of a home say after the platform has stopped. */
export async function readLedger(home: string): Promise<Ledger> {
  const store = await openStore({ home, databaseUrl: null, s3: null });
  try {
    const { rows } = await sql<PipelineLedger & { pipeline: string }>`
      select b.pipeline, count(*)::int as batches, sum(rows_read)::int as read, sum(rows_accepted)::int as accepted,
        sum(rows_quarantined)::int as quarantined,
        (select count(*)::int from atalaya.raw_data r where r.pipeline = b.pipeline) as "rawRows",
        (select count(*)::int from atalaya.quarantine q join atalaya.batches o on o.id = q.batch where o.pipeline = b.pipeline) as "quarantineRows",
        (select count(*)::int from atalaya.model_versions v where v.pipeline = b.pipeline) as versions,
        (select count(*)::int from atalaya.model_versions v where v.pipeline = b.pipeline and v.verdict = 'promoted') as promoted,
        (select count(*)::int from atalaya.model_versions v where v.pipeline = b.pipeline and v.verdict = 'refused') as refused,
        (select count(*)::int from atalaya.runs r where r.pipeline = b.pipeline) as runs,
        (select count(*)::int from atalaya.training_events t where t.pipeline = b.pipeline and t.step = 'train') as "trainedRuns",
        (select count(*)::int from atalaya.drift_history d where d.pipeline = b.pipeline) as decisions,
        (select count(*)::int from atalaya.runs r where r.pipeline = b.pipeline and r.state = 'done') as "decidedRuns",
        (select count(*)::int from atalaya.runs r where r.pipeline = b.pipeline and r.state = 'failed') as "failedRuns",
        (select count(*)::int from atalaya.runs r where r.pipeline = b.pipeline and r.state in ('running', 'queued')) as "unfinishedRuns"
      from atalaya.batches b group by b.pipeline order by b.pipeline`.execute(store.database);
    const twice = await sql<{ steps: number }>`
      select sum(attempts - 1)::int as steps from (
        select attempts from atalaya.ingestion_events union all select attempts from atalaya.transformation_events
        union all select attempts from atalaya.training_events union all select attempts from atalaya.evaluation_events
      ) e`.execute(store.database);
    const batches = await sql<{ twice: number }>`
      select count(*)::int as twice from (
        select 1 from atalaya.batches group by pipeline, source, cursor having count(*) > 1
      ) d`.execute(store.database);
    return {
      pipelines: Object.fromEntries(rows.map(({ pipeline, ...ledger }) => [pipeline, ledger])),
      stepsRecordedTwice: twice.rows[0]?.steps ?? 0,
      batchesTakenTwice: batches.rows[0]?.twice ?? 0,
    };
  } finally {
    await store.close();
  }
}
