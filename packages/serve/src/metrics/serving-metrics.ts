import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { PredictionLog } from "../prediction-log/prediction-log.js";
import { RequestMeter } from "./request-meter.js";

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
  /** True: it answers with the last good version, as its models cannot be reached. */
  degraded(pipeline: string, isDegraded: boolean): void;
  refused(because: "overloaded" | "too many requests"): void;
  challenged(pipeline: string, role: "shadow" | "canary", rows: number): void;
  aborted(pipeline: string, role: "shadow" | "canary", because: string): void;
  pipelineRemoved(pipeline: string): void;
}

/** The metrics of one service, in a registry of their own: two services in a process do not mix. */
export function createServingMetrics(log: PredictionLog | null): ServingMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerLogMetrics(registers, log);
  const meter = new RequestMeter();
  const rows = new RowCounts();
  const { loaded, version, failures, degraded, refusals, challenges, aborts } = modelMetrics(registers);
  return {
    contentType: registry.contentType,
    text: async () => (await registry.metrics()) + meter.text() + rows.text(),
    request: (method, route, status, seconds) => meter.add(method, route, status, seconds),
    predicted: (pipeline, served, count) => rows.add(0, pipeline, served, count),
    explained: (pipeline, served, count) => rows.add(1, pipeline, served, count),
    modelServed(pipeline, served) {
      loaded.set({ pipeline }, served === null ? 0 : 1);
      version.set({ pipeline }, served ?? 0);
    },
    modelFailed: (pipeline, code) => failures.inc({ pipeline, code }),
    degraded: (pipeline, isDegraded) => degraded.set({ pipeline }, Number(isDegraded)),
    refused: (because) => refusals.inc({ because }),
    challenged: (pipeline, role, count) => challenges.inc({ pipeline, role }, count),
    aborted: (pipeline, role, because) => aborts.inc({ pipeline, role, because }),
    pipelineRemoved(pipeline) {
      for (const gauge of [loaded, version, degraded]) gauge.remove({ pipeline });
    },
  };
}

/** Rows by pipeline and version: two additions for a request. */
class RowCounts {
  readonly #counts: readonly [Map<string, Map<number, number>>, Map<string, Map<number, number>>] = [new Map(), new Map()];

  add(kind: 0 | 1, pipeline: string, version: number, rows: number): void {
    let byVersion = this.#counts[kind].get(pipeline);
    if (byVersion === undefined) {
      byVersion = new Map();
      this.#counts[kind].set(pipeline, byVersion);
    }
    byVersion.set(version, (byVersion.get(version) ?? 0) + rows);
  }

  text(): string {
    const [predictions, explanations] = this.#counts;
    return (
      linesOf("atalaya_predictions_total", "Rows scored", predictions) +
      linesOf("atalaya_explanations_total", "Rows explained", explanations)
    );
  }
}

function linesOf(name: string, help: string, counts: ReadonlyMap<string, ReadonlyMap<number, number>>): string {
  const lines = [...counts].flatMap(([pipeline, byVersion]) =>
    Array.from(byVersion, ([version, rows]) => `${name}{pipeline="${pipeline}",version="${version}"} ${rows}`),
  );
  return `${[`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines].join("\n")}\n`;
}

function modelMetrics(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ["pipeline"], registers });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    loaded: gauge("atalaya_model_loaded", "1 when the pipeline has a model to answer with, else 0"),
    version: gauge("atalaya_model_version", "Version that the pipeline answers with, 0 for none"),
    degraded: gauge(
      "atalaya_serving_degraded",
      "1 when the pipeline answers with its last good version, as its models cannot be reached",
    ),
    failures: counter("atalaya_model_load_failures_total", "Versions refused and failures to fetch one, by error code", [
      "pipeline",
      "code",
    ]),
    refusals: counter("atalaya_requests_refused_total", "Requests refused without work, by reason", ["because"]),
    challenges: counter("atalaya_challenger_rows_total", "Rows that a challenger scored", ["pipeline", "role"]),
    aborts: counter("atalaya_rollout_aborts_total", "Challengers taken out, by reason", ["pipeline", "role", "because"]),
  };
}

function registerLogMetrics(registers: Registry[], log: PredictionLog | null): void {
  const values: readonly [name: string, help: string, read: (log: PredictionLog) => number][] = [
    ["atalaya_prediction_log_queued_rows", "Rows that wait to be logged", ({ queuedRows }) => queuedRows],
    ["atalaya_prediction_log_spool_bytes", "Bytes on disk that wait to be logged", ({ spoolBytes }) => spoolBytes],
    ["atalaya_prediction_log_spooled_rows_total", "Rows that went to the disk first", ({ spooledRows }) => spooledRows],
    ["atalaya_prediction_log_written_rows_total", "Rows logged", ({ writtenRows }) => writtenRows],
    ["atalaya_prediction_log_dropped_rows_total", "Rows lost to the log", ({ droppedRows }) => droppedRows],
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
