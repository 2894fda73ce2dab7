import { type MirrorStatus, mirrorStatus } from "@atalaya/registry";
import { liveQuality } from "@atalaya/serve";
import { type Store, sql } from "@atalaya/store";
import type { WatchedPipeline } from "./watched-pipeline.js";

/** Rows of one metric: values by label. */
interface Counted {
  readonly pipeline: string;
  readonly label: string;
  readonly count: number;
}

/** What PostgreSQL knows of the pipelines, as plain rows. Moments are seconds since 1970. */
export interface Facts {
  readonly runs: readonly Counted[];
  readonly lastRuns: readonly {
    readonly pipeline: string;
    readonly failed: boolean;
    readonly endedAt: number;
    readonly seconds: number;
  }[];
  readonly progress: readonly { readonly pipeline: string; readonly at: number }[];
  readonly retries: readonly { readonly pipeline: string; readonly count: number }[];
  readonly batches: readonly (Counted & { readonly accepted: number; readonly quarantined: number; readonly lastAt: number })[];
  readonly tasks: readonly Counted[];
  readonly driftChecks: readonly Counted[];
  readonly drift: readonly { readonly pipeline: string; readonly drifted: boolean; readonly psi: number | null }[];
  readonly verdicts: readonly Counted[];
  readonly moves: readonly Counted[];
  readonly aliases: readonly { readonly pipeline: string; readonly version: number }[];
  /** Null: nothing is mirrored. */
  readonly mirror: MirrorStatus | null;
}

/**
 * Reads the facts of the given pipelines and of no other: names that users of the registry made up are no labels.
 *
 * Cost: eight grouped queries over tables of runs, steps, batches and versions; none over predictions or rows.
 */
export async function readFacts({ database }: Pick<Store, "database">, pipelines: readonly WatchedPipeline[]): Promise<Facts> {
  const names = pipelines.map(({ name }) => name);
  const aliases = pipelines.map(({ alias }) => alias);
  const rowsOf = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> => (await query.execute(database)).rows;
  const [runs, lastRuns, progress, retries, batches, tasks, drift, models, mirror] = await Promise.all([
    rowsOf(sql<Counted>`select pipeline, state as label, count(*)::float8 as count from atalaya.runs
      where pipeline = any(${names}) group by 1, 2`),
    rowsOf(sql<Facts["lastRuns"][number]>`select distinct on (pipeline) pipeline, state = 'failed' as failed,
        extract(epoch from ended_at)::float8 as ended_at, extract(epoch from ended_at - started_at)::float8 as seconds
      from atalaya.runs where pipeline = any(${names}) and state in ('done', 'failed') and ended_at is not null
      order by pipeline, ended_at desc`),
    rowsOf(progressQuery(names)),
    rowsOf(retriesQuery(names)),
    rowsOf(sql<Facts["batches"][number]>`select pipeline, state as label, count(*)::float8 as count,
        coalesce(sum(rows_accepted), 0)::float8 as accepted, coalesce(sum(rows_quarantined), 0)::float8 as quarantined,
        extract(epoch from max(received_at))::float8 as last_at
      from atalaya.batches where pipeline = any(${names}) group by 1, 2`),
    rowsOf(sql<Counted>`select pipeline,
        case when state <> 'waiting' then state when started_at is null then 'queued' else 'running' end as label,
        count(*)::float8 as count
      from atalaya.tasks where pipeline = any(${names}) group by 1, 2`),
    driftFacts({ database }, names),
    modelFacts({ database }, names, aliases),
    mirrorStatus({ database }),
  ]);
  return { runs, lastRuns, progress, retries, batches, tasks, mirror, ...drift, ...models };
}

const EVENTS = sql`(select run, pipeline, at, attempts from atalaya.ingestion_events
  union all select run, pipeline, at, attempts from atalaya.transformation_events
  union all select run, pipeline, at, attempts from atalaya.training_events
  union all select run, pipeline, at, attempts from atalaya.evaluation_events) events`;

function progressQuery(names: readonly string[]) {
  return sql<Facts["progress"][number]>`select running.pipeline,
      extract(epoch from min(greatest(running.started_at, coalesce(last.at, running.started_at))))::float8 as at
    from atalaya.runs running
    left join (select run, max(at) as at from ${EVENTS}
      where run in (select id from atalaya.runs where state = 'running') group by run) last on last.run = running.id
    where running.state = 'running' and running.pipeline = any(${names}) group by 1`;
}

function retriesQuery(names: readonly string[]) {
  return sql<Facts["retries"][number]>`select pipeline, sum(attempts - 1)::float8 as count from ${EVENTS}
    where pipeline = any(${names}) group by 1`;
}

async function driftFacts({ database }: Pick<Store, "database">, names: readonly string[]) {
  const [driftChecks, newest] = await Promise.all([
    sql<Counted>`select pipeline, verdict as label, count(*)::float8 as count from atalaya.drift_history
      where pipeline = any(${names}) group by 1, 2`.execute(database),
    // Checks that had too few rows say nothing against the one before.
    sql<Facts["drift"][number]>`select distinct on (pipeline) pipeline, verdict = 'drifted' as drifted,
        (select max((feature ->> 'psi')::float8)
          from jsonb_array_elements(case when jsonb_typeof(statistics -> 'features') = 'array'
            then statistics -> 'features' else '[]'::jsonb end) feature
          where jsonb_typeof(feature -> 'psi') = 'number') as psi
      from atalaya.drift_history where pipeline = any(${names}) and verdict in ('stable', 'drifted')
      order by pipeline, id desc`.execute(database),
  ]);
  return { driftChecks: driftChecks.rows, drift: newest.rows };
}

async function modelFacts({ database }: Pick<Store, "database">, names: readonly string[], aliases: readonly string[]) {
  const watched = sql`unnest(${names}::text[], ${aliases}::text[]) watched(pipeline, alias)`;
  const [verdicts, moves, versions] = await Promise.all([
    sql<Counted>`select pipeline, verdict as label, count(*)::float8 as count from atalaya.model_versions
      where pipeline = any(${names}) group by 1, 2`.execute(database),
    sql<Counted>`select history.pipeline, history.action as label, count(*)::float8 as count
      from atalaya.alias_history history join ${watched} using (pipeline, alias) group by 1, 2`.execute(database),
    sql<Facts["aliases"][number]>`select watched.pipeline, coalesce(a.version, 0)::float8 as version
      from ${watched} left join atalaya.aliases a using (pipeline, alias)`.execute(database),
  ]);
  return { verdicts: verdicts.rows, moves: moves.rows, aliases: versions.rows };
}

/** Answers behind a live quality. */
const MOST_LABELS = 5_000;
const QUALITY_HOURS = 24;

/** Quality of the version that answered last. */
export interface QualityFact {
  readonly pipeline: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Of the answers of the last day whose truth is known; a pipeline without any is left out. Cost: reads 5,000 answers a pipeline at most. */
export async function readQuality(
  { feedback }: Pick<Store, "feedback">,
  pipelines: readonly WatchedPipeline[],
): Promise<QualityFact[]> {
  const since = new Date(Date.now() - QUALITY_HOURS * 3_600_000);
  const measured: QualityFact[] = [];
  for (const { name: pipeline } of pipelines) {
    const [newest] = liveQuality(await feedback.labelled({ pipeline, since, limit: MOST_LABELS }));
    if (newest !== undefined) measured.push({ pipeline, rows: newest.rows, metrics: newest.metrics });
  }
  return measured;
}
