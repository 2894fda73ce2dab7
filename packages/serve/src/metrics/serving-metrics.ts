import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PredictionLog } from "../prediction-log/prediction-log.js";

/** Seconds; the fast end is where a prediction lies. */
const LATENCY_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Every label value comes from a closed set: route patterns, pipelines, versions, codes. Never text of a caller. */
export interface ServingMetrics {
  readonly contentType: string;
  /** The exposition in Prometheus' text format. */
  text(): Promise<string>;
  request(method: string, route: string, status: number, seconds: number): void;
  predicted(pipeline: string, version: number, rows: number): void;
  explained(pipeline: string, version: number, rows: number): void;
  /** null: none is served. */
  modelServed(pipeline: string, version: number | null): void;
  modelFailed(pipeline: string, code: string): void;
  pipelineRemoved(pipeline: string): void;
}

/** The metrics of one service, in a registry of their own: two services in a process do not mix. */
export function createServingMetrics(log: PredictionLog | null): ServingMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerLogMetrics(registers, log);
  const { requests, seconds } = requestMetrics(registers);
  const { predictions, explanations, loaded, version, failures } = modelMetrics(registers);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request(method, route, status, elapsed) {
      requests.inc({ method, route, status });
      seconds.observe({ method, route }, elapsed);
    },
    predicted: (pipeline, served, rows) => predictions.inc({ pipeline, version: served }, rows),
    explained: (pipeline, served, rows) => explanations.inc({ pipeline, version: served }, rows),
    modelServed(pipeline, served) {
      loaded.set({ pipeline }, served === null ? 0 : 1);
      version.set({ pipeline }, served ?? 0);
    },
    modelFailed: (pipeline, code) => failures.inc({ pipeline, code }),
    pipelineRemoved(pipeline) {
      loaded.remove({ pipeline });
      version.remove({ pipeline });
    },
  };
}

function requestMetrics(registers: Registry[]) {
  return {
    requests: new Counter({
      name: "atalaya_http_requests_total",
      help: "Requests answered, by route pattern and status",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "atalaya_http_request_seconds",
      help: "Time from the request's head to the end of its answer, by route pattern",
      labelNames: ["method", "route"],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
  };
}

function modelMetrics(registers: Registry[]) {
  const byVersion = ["pipeline", "version"] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ["pipeline"], registers });
  return {
    predictions: new Counter({ name: "atalaya_predictions_total", help: "Rows scored", labelNames: byVersion, registers }),
    explanations: new Counter({ name: "atalaya_explanations_total", help: "Rows explained", labelNames: byVersion, registers }),
    loaded: gauge("atalaya_model_loaded", "1 when the pipeline has a model to answer with, else 0"),
    version: gauge("atalaya_model_version", "Version that the pipeline answers with, 0 for none"),
    failures: new Counter({
      name: "atalaya_model_load_failures_total",
      help: "Versions refused and failures to fetch one, by error code",
      labelNames: ["pipeline", "code"],
      registers,
    }),
  };
}

function registerLogMetrics(registers: Registry[], log: PredictionLog | null): void {
  const values: readonly [name: string, help: string, read: (log: PredictionLog) => number][] = [
    ["atalaya_prediction_log_queued_rows", "Rows that wait to be logged", ({ queuedRows }) => queuedRows],
    ["atalaya_prediction_log_written_rows_total", "Rows logged", ({ writtenRows }) => writtenRows],
    [
      "atalaya_prediction_log_dropped_rows_total",
      "Rows lost to the log, as the queue was full",
      ({ droppedRows }) => droppedRows,
    ],
  ];
  for (const [name, help, read] of values) {
    const Metric = name.endsWith("_total") ? Counter : Gauge;
    const metric = new Metric({
      name,
      help,
      registers,
      collect() {
        metric.reset();
        metric.inc(log === null ? 0 : read(log));
      },
    });
  }
}
