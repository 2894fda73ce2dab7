import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { MetricName, NameOf } from "../catalogue/catalogue.js";
import type { Meter, Reading } from "./meter.js";

/** Between two looks at the process: a scraper that comes more often gets the last one. */
const LOOK_MS = 1_000;
/** Delays are sampled so often. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

type ProcessMetric =
  | Extract<NameOf<"counter" | "gauge">, `process_${string}` | `nodejs_${string}`>
  | "atalaya_event_loop_utilization";

/** Adds what every process tells of itself. Sampling stops with the process; it keeps nothing alive. */
export function addProcessMetrics(meter: Meter, version: string): void {
  const look = createLook();
  const value = (name: ProcessMetric) => meter.observe(name, () => unlabelled(look()[name]));
  for (const name of processNames) value(name);
  meter.observe("atalaya_build_info", () => [{ labels: { version, node: process.version }, value: 1 }]);
  meter.observe("atalaya_metrics_dropped_total", () => [{ labels: {}, value: meter.dropped }]);
}

const processNames = [
  "process_cpu_user_seconds_total",
  "process_cpu_system_seconds_total",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
  "process_resident_memory_bytes",
  "nodejs_heap_size_total_bytes",
  "nodejs_heap_size_used_bytes",
  "nodejs_external_memory_bytes",
  "nodejs_eventloop_lag_mean_seconds",
  "nodejs_eventloop_lag_p50_seconds",
  "nodejs_eventloop_lag_p99_seconds",
  "nodejs_eventloop_lag_max_seconds",
  "atalaya_event_loop_utilization",
] as const satisfies readonly ProcessMetric[];

function unlabelled<Name extends MetricName>(value: number): Reading<Name>[] {
  return [{ labels: {} as Reading<Name>["labels"], value }];
}

function createLook(): () => Record<ProcessMetric, number> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let utilization = performance.eventLoopUtilization();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let last: Record<ProcessMetric, number> | null = null;
  return () => {
    const now = performance.now();
    if (last !== null && now - lookedAt < LOOK_MS) return last;
    lookedAt = now;
    const before = utilization;
    utilization = performance.eventLoopUtilization();
    // The timer that samples is itself due only every RESOLUTION_MS.
    const lag = (nanoseconds: number) =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000) : 0;
    const lags = { mean: lag(delay.mean), p50: lag(delay.percentile(50)), p99: lag(delay.percentile(99)), max: lag(delay.max) };
    delay.reset();
    const { user, system } = process.cpuUsage();
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    last = {
      process_cpu_user_seconds_total: user / 1e6,
      process_cpu_system_seconds_total: system / 1e6,
      process_cpu_seconds_total: (user + system) / 1e6,
      process_start_time_seconds: performance.timeOrigin / 1_000,
      process_resident_memory_bytes: rss,
      nodejs_heap_size_total_bytes: heapTotal,
      nodejs_heap_size_used_bytes: heapUsed,
      nodejs_external_memory_bytes: external,
      nodejs_eventloop_lag_mean_seconds: lags.mean,
      nodejs_eventloop_lag_p50_seconds: lags.p50,
      nodejs_eventloop_lag_p99_seconds: lags.p99,
      nodejs_eventloop_lag_max_seconds: lags.max,
      atalaya_event_loop_utilization: performance.eventLoopUtilization(utilization, before).utilization,
    };
    return last;
  };
}
