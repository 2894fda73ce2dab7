import type { MetricDefinition } from "./metric-definition.js";

const gauge = { type: "gauge", role: "process", labels: [] } as const;
const counter = { type: "counter", role: "process", labels: [] } as const;

/** Of the process itself, under the names that Prometheus' own client libraries use. */
export const processMetrics = {
  process_cpu_user_seconds_total: { ...counter, unit: "seconds", help: "User CPU time spent" },
  process_cpu_system_seconds_total: { ...counter, unit: "seconds", help: "System CPU time spent" },
  process_cpu_seconds_total: { ...counter, unit: "seconds", help: "User and system CPU time spent" },
  process_start_time_seconds: { ...gauge, unit: "seconds since 1970", help: "When the process started" },
  process_resident_memory_bytes: { ...gauge, unit: "bytes", help: "Resident memory" },
  nodejs_heap_size_total_bytes: { ...gauge, unit: "bytes", help: "Size of the JavaScript heap" },
  nodejs_heap_size_used_bytes: { ...gauge, unit: "bytes", help: "Used part of the JavaScript heap" },
  nodejs_external_memory_bytes: { ...gauge, unit: "bytes", help: "Memory of buffers outside of the JavaScript heap" },
  nodejs_eventloop_lag_mean_seconds: { ...gauge, unit: "seconds", help: "Mean delay of the event loop since the last reading" },
  nodejs_eventloop_lag_p50_seconds: { ...gauge, unit: "seconds", help: "Median delay of the event loop since the last reading" },
  nodejs_eventloop_lag_p99_seconds: {
    ...gauge,
    unit: "seconds",
    help: "99th percentile of the event loop's delay since the last reading",
  },
  nodejs_eventloop_lag_max_seconds: { ...gauge, unit: "seconds", help: "Longest delay of the event loop since the last reading" },
  atalaya_event_loop_utilization: {
    ...gauge,
    unit: "0 to 1",
    help: "Share of the time since the last reading in which the event loop was busy",
  },
  atalaya_build_info: { ...gauge, labels: ["version", "node"], unit: "always 1", help: "Versions of Atalaya and of Node.js" },
  atalaya_metrics_dropped_total: {
    ...counter,
    unit: "values",
    help: "Values not counted, as a metric had its most series already: must stay 0",
  },
} as const satisfies Record<string, MetricDefinition>;
