import { type Store, sql } from "@atalaya/store";

/** Answers of one stretch of time. */
export interface TrafficBucket {
  readonly from: string;
  readonly requests: number;
  readonly rows: number;
}

/** Equal stretches of time from a moment on. */
export interface TimeSpan {
  readonly start: Date;
  readonly bucketSeconds: number;
  readonly count: number;
}

export interface Traffic {
  readonly hours: number;
  readonly requests: number;
  readonly rows: number;
  readonly lastAt: string | null;
  /** Of the newest requests, in milliseconds; null: there was none. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly of: number } | null;
  readonly buckets: readonly TrafficBucket[];
}

/** Stretches of time in which everything is told. */
export const BUCKETS = 48;
/** Latencies are read of so many requests at most: enough for a p99, and cheap at any traffic. */
const MOST_LATENCIES = 5_000;
const LATENCIES_A_BUCKET = 200;

/** What was asked of a pipeline in the last hours, out of the inference log. */
export async function trafficOf(
  { database }: Pick<Store, "database">,
  pipeline: string,
  hours: number,
  now = new Date(),
): Promise<Traffic> {
  const bucketSeconds = (hours * 3_600) / BUCKETS;
  const start = new Date(now.getTime() - hours * 3_600_000);
  const [counts, latency] = await Promise.all([
    sql<{ bucket: number; requests: number; rows: number; last: Date }>`
      select least(${BUCKETS - 1}, floor(extract(epoch from at - ${start}::timestamptz) / ${bucketSeconds}::float8))::int as bucket,
        count(*)::float8 as requests, sum(rows)::float8 as rows, max(at) as last
      from atalaya.inference_logs where pipeline = ${pipeline} and at >= ${start}::timestamptz group by 1`.execute(database),
    sql<{ p: number[] | null; count: number }>`
      select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms) as p, count(*)::float8 as count
      from (select latency_ms from atalaya.inference_logs where pipeline = ${pipeline} and at >= ${start}::timestamptz
            order by at desc limit ${MOST_LATENCIES}) newest`.execute(database),
  ]);
  const byBucket = new Map(counts.rows.map((row) => [row.bucket, row]));
  const [percentiles] = latency.rows;
  const [p50 = 0, p95 = 0, p99 = 0] = percentiles?.p ?? [];
  const last = Math.max(...counts.rows.map((row) => row.last.getTime()));
  return {
    hours,
    requests: counts.rows.reduce((sum, row) => sum + row.requests, 0),
    rows: counts.rows.reduce((sum, row) => sum + row.rows, 0),
    lastAt: counts.rows.length === 0 ? null : new Date(last).toISOString(),
    latencyMs: percentiles?.p == null ? null : { p50, p95, p99, of: percentiles.count },
    buckets: Array.from({ length: BUCKETS }, (_, bucket) => {
      const { requests = 0, rows = 0 } = byBucket.get(bucket) ?? {};
      return { from: new Date(start.getTime() + bucket * bucketSeconds * 1_000).toISOString(), requests, rows };
    }),
  };
}

/** Latency of one stretch of time, in milliseconds; null: nothing was asked. */
export interface LatencyBucket {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Percentiles of some requests of each stretch. */
export async function latencyByTime(
  { database }: Pick<Store, "database">,
  pipeline: string,
  { start, bucketSeconds, count }: TimeSpan,
): Promise<LatencyBucket[]> {
  const { rows } = await sql<{ bucket: number; p: (number | null)[] | null }>`
    select bucket, p from generate_series(0, ${count - 1}::int) as bucket,
      lateral (select percentile_cont(array[0.5, 0.95]) within group (order by latency_ms) as p
        from (select latency_ms from atalaya.inference_logs where pipeline = ${pipeline}
          and at >= ${start}::timestamptz + make_interval(secs => bucket * ${bucketSeconds}::float8)
          and at < ${start}::timestamptz + make_interval(secs => (bucket + 1) * ${bucketSeconds}::float8)
          order by at desc limit ${LATENCIES_A_BUCKET}) own) of_bucket`.execute(database);
  const byBucket = new Map(rows.map((row) => [row.bucket, row.p]));
  return Array.from({ length: count }, (_, bucket) => {
    const [p50 = null, p95 = null] = byBucket.get(bucket) ?? [];
    return { p50, p95 };
  });
}
