import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@atalaya/store";
import { Meter } from "@atalaya/telemetry";
import { type Facts, type QualityFact, readFacts, readQuality } from "./read-facts.js";
import type { WatchedPipeline } from "./watched-pipeline.js";

/** Between two readings, however often somebody scrapes. */
const READ_MS = 5_000;
const QUALITY_MS = 30_000;
/** Longest time that a scrape waits for PostgreSQL; the facts before are told then. */
const PATIENCE_MS = 1_000;
/** A reading that takes longer gets no answer. */
const HANGING_MS = 3_000;

export interface FactMetricsOptions {
  readonly store: Pick<Store, "database" | "feedback">;
  readonly pipelines: readonly WatchedPipeline[];
  /** Told once when facts cannot be read, and not again before they could be. */
  readonly onFailed: (error: unknown) => void;
  /** Left out: the clock of the machine. */
  readonly now?: () => number;
}

/**
 * The metrics of what all processes did, out of PostgreSQL: a function to be called at each scrape. It reads when it is asked,
 * once in five seconds at most, and never waits longer than a second: a database that hangs holds no scrape up.
 */
export function factMetrics(options: FactMetricsOptions): () => Promise<string> {
  const { store, pipelines, onFailed, now = Date.now } = options;
  let facts: Facts | null = null;
  let quality: readonly QualityFact[] = [];
  let readAt: number | null = null;
  let isUp = true;
  let reading: Promise<void> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let measuredAt = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<void> => {
    try {
      facts = await readFacts(store, pipelines);
      if (now() - measuredAt >= QUALITY_MS) {
        measuredAt = now();
        quality = await readQuality(store, pipelines);
      }
      readAt = now();
      isUp = true;
    } catch (error) {
      if (isUp) onFailed(error);
      isUp = false;
    } finally {
      reading = null;
    }
  };
  const hangs = (): boolean => reading !== null && now() - askedAt > HANGING_MS;
  const meter = observe(pipelines, () => ({ facts, quality, readAt, isUp: isUp && !hangs() }));
  return async () => {
    if (reading === null && now() - askedAt >= READ_MS) {
      askedAt = now();
      reading = read();
    }
    if (reading !== null && !hangs()) await within(reading, PATIENCE_MS);
    return meter.text();
  };
}

/** Resolves when the work is done or the time is over, whichever comes first. */
async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  const done = new AbortController();
  const timer = sleep(milliseconds, undefined, { signal: done.signal, ref: false }).catch(() => {});
  await Promise.race([work, timer]);
  done.abort();
}

interface Known {
  readonly facts: Facts | null;
  readonly quality: readonly QualityFact[];
  readonly readAt: number | null;
  readonly isUp: boolean;
}

function observe(pipelines: readonly WatchedPipeline[], known: () => Known): Meter {
  const meter = new Meter();
  const facts = <Row, Reading>(of: (facts: Facts) => readonly Row[], reading: (row: Row) => Reading): (() => Reading[]) => {
    return () => {
      const found = known().facts;
      return found === null ? [] : of(found).map(reading);
    };
  };
  observeRuns(meter, facts);
  observeData(meter, facts);
  observeModels(meter, facts);
  observeMirror(meter, facts);
  meter.observe("atalaya_live_quality", () =>
    known().quality.flatMap(({ pipeline, metrics }) =>
      Object.entries(metrics).flatMap(([metric, value]) => (value === null ? [] : [{ labels: { pipeline, metric }, value }])),
    ),
  );
  meter.observe("atalaya_live_quality_rows", () =>
    known().quality.map(({ pipeline, rows: value }) => ({ labels: { pipeline }, value })),
  );
  const limits = pipelines.flatMap(({ name: pipeline, limits: each }) =>
    each.map(({ metric, bound, limit: value }) => ({ labels: { pipeline, metric, bound }, value })),
  );
  meter.observe("atalaya_gate_limit", () => limits);
  const fresh = pipelines.flatMap(({ name: pipeline, freshWithinSeconds: value }) =>
    value === null ? [] : [{ labels: { pipeline }, value }],
  );
  meter.observe("atalaya_fresh_within_seconds", () => fresh);
  meter.observe("atalaya_facts_timestamp_seconds", () => {
    const { readAt } = known();
    return readAt === null ? [] : [{ labels: {}, value: readAt / 1_000 }];
  });
  meter.observe("atalaya_database_up", () => [{ labels: {}, value: Number(known().isUp) }]);
  return meter;
}

type FactsOf = <Row, Reading>(of: (facts: Facts) => readonly Row[], reading: (row: Row) => Reading) => () => Reading[];

function observeRuns(meter: Meter, facts: FactsOf): void {
  const ended = ({ runs }: Facts) => runs.filter(({ label }) => label !== "queued" && label !== "running");
  const unfinished = ({ runs }: Facts) => runs.filter(({ label }) => label === "queued" || label === "running");
  const byState = ({ pipeline, label: state, count: value }: Facts["runs"][number]) => ({ labels: { pipeline, state }, value });
  const last = ({ lastRuns }: Facts) => lastRuns;
  meter.observe("atalaya_runs_total", facts(ended, byState));
  meter.observe("atalaya_runs_unfinished", facts(unfinished, byState));
  meter.observe(
    "atalaya_tasks",
    facts(({ tasks }) => tasks, byState),
  );
  meter.observe(
    "atalaya_run_last_failed",
    facts(last, ({ pipeline, failed }) => ({ labels: { pipeline }, value: Number(failed) })),
  );
  meter.observe(
    "atalaya_run_last_end_timestamp_seconds",
    facts(last, ({ pipeline, endedAt: value }) => ({ labels: { pipeline }, value })),
  );
  meter.observe(
    "atalaya_run_last_seconds",
    facts(last, ({ pipeline, seconds: value }) => ({ labels: { pipeline }, value })),
  );
  meter.observe(
    "atalaya_run_progress_timestamp_seconds",
    facts(
      ({ progress }) => progress,
      ({ pipeline, at: value }) => ({ labels: { pipeline }, value }),
    ),
  );
  meter.observe(
    "atalaya_step_retries_total",
    facts(
      ({ retries }) => retries,
      ({ pipeline, count: value }) => ({ labels: { pipeline }, value }),
    ),
  );
}

function observeData(meter: Meter, facts: FactsOf): void {
  const batches = ({ batches: all }: Facts) => all;
  meter.observe(
    "atalaya_batches_total",
    facts(batches, ({ pipeline, label: state, count: value }) => ({ labels: { pipeline, state }, value })),
  );
  meter.observe(
    "atalaya_rows_total",
    facts(
      ({ batches: all }) => sumRows(all),
      ({ pipeline, outcome, value }) => ({ labels: { pipeline, outcome }, value }),
    ),
  );
  meter.observe(
    "atalaya_batch_last_timestamp_seconds",
    facts(
      ({ batches: all }) => newestOf(all),
      ([pipeline, value]) => ({ labels: { pipeline }, value }),
    ),
  );
  meter.observe(
    "atalaya_drifted",
    facts(
      ({ drift }) => drift,
      ({ pipeline, drifted }) => ({ labels: { pipeline }, value: Number(drifted) }),
    ),
  );
  meter.observe(
    "atalaya_drift_largest_psi",
    facts(
      ({ drift }) => drift.flatMap(({ pipeline, psi }) => (psi === null ? [] : [{ pipeline, psi }])),
      ({ pipeline, psi: value }) => ({ labels: { pipeline }, value }),
    ),
  );
  meter.observe(
    "atalaya_drift_checks_total",
    facts(
      ({ driftChecks }) => driftChecks,
      ({ pipeline, label: verdict, count: value }) => ({ labels: { pipeline, verdict }, value }),
    ),
  );
}

function observeModels(meter: Meter, facts: FactsOf): void {
  meter.observe(
    "atalaya_model_verdicts_total",
    facts(
      ({ verdicts }) => verdicts,
      ({ pipeline, label: verdict, count: value }) => ({ labels: { pipeline, verdict }, value }),
    ),
  );
  meter.observe(
    "atalaya_alias_moves_total",
    facts(
      ({ moves }) => moves,
      ({ pipeline, label: action, count: value }) => ({ labels: { pipeline, action }, value }),
    ),
  );
  meter.observe(
    "atalaya_alias_version",
    facts(
      ({ aliases }) => aliases,
      ({ pipeline, version: value }) => ({ labels: { pipeline }, value }),
    ),
  );
}

/** Nothing where nothing is mirrored: an alert on a lag of 0 would say that all is well. */
function observeMirror(meter: Meter, facts: FactsOf): void {
  const mirrors = ({ mirror }: Facts) => (mirror === null ? [] : [mirror]);
  meter.observe(
    "atalaya_mirror_lag_seconds",
    facts(mirrors, ({ lagSeconds: value }) => ({ labels: {}, value })),
  );
  meter.observe(
    "atalaya_mirror_changes",
    facts(
      (all) =>
        mirrors(all).flatMap(({ waiting, givenUp }) => [
          { state: "waiting", value: waiting },
          { state: "refused", value: givenUp },
        ]),
      ({ state, value }) => ({ labels: { state }, value }),
    ),
  );
}

function sumRows(batches: Facts["batches"]): { pipeline: string; outcome: "accepted" | "quarantined"; value: number }[] {
  const names = [...new Set(batches.map(({ pipeline }) => pipeline))];
  return names.flatMap((pipeline) =>
    (["accepted", "quarantined"] as const).map((outcome) => ({
      pipeline,
      outcome,
      value: batches.reduce((sum, batch) => (batch.pipeline === pipeline ? sum + batch[outcome] : sum), 0),
    })),
  );
}

function newestOf(batches: Facts["batches"]): [pipeline: string, at: number][] {
  const newest = new Map<string, number>();
  for (const { pipeline, lastAt } of batches) newest.set(pipeline, Math.max(newest.get(pipeline) ?? 0, lastAt));
  return [...newest];
}
