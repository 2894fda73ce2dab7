import { addProcessMetrics, EXPOSITION_TYPE, Meter } from "@atalaya/telemetry";
import type { PredictionLog } from "../prediction-log/prediction-log.js";
import type { ScoringThreads } from "../threads/scoring-threads.js";
import { type AnsweredRows, AnswerMeter } from "./answer-meter.js";
import { RequestMeter } from "./request-meter.js";

/** Every label value comes from a closed set: route patterns, pipelines, versions, codes. Never text of a caller. */
export interface ServingMetrics {
  readonly contentType: string;
  /** The exposition in Prometheus' text format. */
  text(): Promise<string>;
  /** Adds what other parts of the process tell, such as the runner. */
  include(part: () => string | Promise<string>): void;
  /** A request has come, and its connection is done with it. */
  begun(): void;
  ended(): void;
  request(method: string, route: string, status: number, seconds: number): void;
  answered(rows: AnsweredRows): void;
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

/** The metrics of one service: two services in a process do not mix. */
export function createServingMetrics(
  log: PredictionLog | null,
  threads: Pick<ScoringThreads, "waiting"> | null,
  version: string,
): ServingMetrics {
  const meter = new Meter();
  const requests = new RequestMeter(meter);
  const answers = new AnswerMeter(meter);
  observeLog(meter, log);
  meter.observe("atalaya_scoring_waiting", () => [{ labels: {}, value: threads?.waiting ?? 0 }]);
  const models = modelMetrics(meter);
  const refusals = meter.counter("atalaya_requests_refused_total");
  const challenges = meter.counter("atalaya_challenger_rows_total");
  const aborts = meter.counter("atalaya_rollout_aborts_total");
  addProcessMetrics(meter, version);
  return {
    contentType: EXPOSITION_TYPE,
    text: () => meter.text(),
    include: (part) => meter.include(part),
    begun: () => requests.begun(),
    ended: () => requests.ended(),
    request: (method, route, status, seconds) => requests.add(method, route, status, seconds),
    answered: (rows) => answers.answered(rows),
    ...models,
    refused: (because) => refusals.add({ because }),
    challenged: (pipeline, role, rows) => challenges.add({ pipeline, role }, rows),
    aborted: (pipeline, role, because) => aborts.add({ pipeline, role, because }),
  };
}

function modelMetrics(meter: Meter): Pick<ServingMetrics, "modelServed" | "modelFailed" | "degraded" | "pipelineRemoved"> {
  const loaded = [meter.gauge("atalaya_model_loaded"), meter.gauge("model_loaded")];
  const version = meter.gauge("atalaya_model_version");
  const loadedAt = meter.gauge("atalaya_model_loaded_timestamp_seconds");
  const degraded = meter.gauge("atalaya_serving_degraded");
  const failures = meter.counter("atalaya_model_load_failures_total");
  return {
    modelServed(pipeline, served) {
      for (const gauge of loaded) gauge.set({ pipeline }, served === null ? 0 : 1);
      version.set({ pipeline }, served ?? 0);
      if (served === null) loadedAt.remove({ pipeline });
      else loadedAt.set({ pipeline }, Date.now() / 1_000);
    },
    modelFailed: (pipeline, code) => failures.add({ pipeline, code }),
    degraded: (pipeline, isDegraded) => degraded.set({ pipeline }, Number(isDegraded)),
    pipelineRemoved(pipeline) {
      for (const gauge of [...loaded, version, loadedAt, degraded]) gauge.remove({ pipeline });
    },
  };
}

function observeLog(meter: Meter, log: PredictionLog | null): void {
  const reading = (read: (log: PredictionLog) => number) => () => [{ labels: {}, value: log === null ? 0 : read(log) }];
  meter.observe(
    "atalaya_prediction_log_queued_rows",
    reading(({ queuedRows }) => queuedRows),
  );
  meter.observe(
    "atalaya_prediction_log_spool_bytes",
    reading(({ spoolBytes }) => spoolBytes),
  );
  meter.observe(
    "atalaya_prediction_log_spooling",
    reading(({ isSpooling }) => Number(isSpooling)),
  );
  meter.observe(
    "atalaya_prediction_log_spooled_rows_total",
    reading(({ spooledRows }) => spooledRows),
  );
  meter.observe(
    "atalaya_prediction_log_written_rows_total",
    reading(({ writtenRows }) => writtenRows),
  );
  meter.observe(
    "atalaya_prediction_log_dropped_rows_total",
    reading(({ droppedRows }) => droppedRows),
  );
}
